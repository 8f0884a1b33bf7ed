"""The script `gatehouse`, run as an operator runs it."""
