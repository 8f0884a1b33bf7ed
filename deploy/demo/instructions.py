"""What the demo tells when it is up: where it is, who can sign in, and two lines to paste."""

PAGE = """\
Gatehouse: {url}

  Sign in with any name; the password is `valid`. The administrator is `admin`.
  Clients, users and tokens are managed at {url}/admin

Get a token, and use it:

  {get_token}
  {use_token}

Stop it with `{stop}`.
"""
# The answer's JSON is read with sed, which every machine has.
READ_TOKEN = r"""sed 's/.*"access_token": *"\([^"]*\)".*/\1/'"""
PASSWORD = (
    "-u demo-web:demo-web-secret {url}/oauth/token "
    "-F grant_type=password -F username=ada -F password=valid -F scope=profile"
)
CLIENT_CREDENTIALS = (
    "-u demo-service:demo-service-secret {url}/oauth/token "
    "-F grant_type=client_credentials -F scope=notes:read"
)


def instructions(port: int, profile: str) -> str:
    """Return the text for a demo on this port; OAuth 2.1 has no password grant, so its lines use a service's."""
    url = f"http://127.0.0.1:{port}"
    request, path = (PASSWORD, "/api/me") if profile == "compat" else (CLIENT_CREDENTIALS, "/api/notes")
    return PAGE.format(
        url=url,
        get_token=f"TOKEN=$(curl -s {request.format(url=url)} | {READ_TOKEN})",
        use_token=f'curl -s -H "Authorization: Bearer $TOKEN" {url}{path}',
        stop="make down" if port == 5000 else f"make down PORT={port}",
    )
