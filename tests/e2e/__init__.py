"""The whole system, tried over HTTP through its gateway alone: one folder for each standard, one for each promise.

The fixtures are `gateway` (HTTP to it), `browser` (a person), `web_app` and `spa` (apps), `admin` (the admin API).
The system is the one at GATEHOUSE_URL, else one that is started here: GATEHOUSE_E2E=local (default) or docker.
"""
