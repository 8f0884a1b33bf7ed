"""The admin UI against the real auth-service: its pages over HTTP, its protocol step by step."""
