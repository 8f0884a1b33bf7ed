"""Writes the parts of the README that a script can know better than a person."""
