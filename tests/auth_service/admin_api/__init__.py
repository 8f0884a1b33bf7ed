"""The admin API, through HTTP, on the real application and a real MongoDB."""
