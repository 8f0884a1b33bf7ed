"""Introspection over HTTP (RFC 7662): for an API that cannot reach Gatehouse's database.

Sees revocation and expiry at once; a disabled client's tokens live until they are revoked or expire. Answers are
not cached, so that it stays so: each request costs one round trip to the authorization server.
"""

from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote_plus

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from resource_api.introspection.introspection import Introspection, IntrospectionUnavailable

REFRESH_TOKEN_PREFIX = "grt_"
CONNECT_SECONDS = 2
READ_SECONDS = 2
POOLED_CONNECTIONS = 32
#: A kept-alive connection may be closed by the other side just as it is used: then ask once more.
RETRY = Retry(total=1, connect=0, read=1, status=0, redirect=0, other=0, allowed_methods=None)


class EndpointIntrospector:
    """Asks the introspection endpoint, as a client that may introspect tokens of other clients."""

    blind_spots = "It cannot see that a client was disabled until the client's tokens are revoked or expire."

    def __init__(self, endpoint: str, client_id: str, client_secret: str) -> None:
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, and no .netrc that would replace our credentials
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.session.auth = (quote_plus(client_id), quote_plus(client_secret))  # RFC 6749 §2.3.1
        adapter = HTTPAdapter(pool_maxsize=POOLED_CONNECTIONS, max_retries=RETRY)
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)
        # Address, credentials and headers are always the same: prepared once, for a third of each question's cost.
        self.question = self.session.prepare_request(requests.Request("POST", endpoint))

    def introspect(self, token: str) -> Introspection | None:
        """None when the endpoint calls the token inactive; raises IntrospectionUnavailable."""
        # The endpoint answers for refresh tokens too, and calls them active: one must not pass for an access token.
        if token.startswith(REFRESH_TOKEN_PREFIX):
            return None
        answer = self.ask(token)
        if answer.get("active") is not True or str(answer.get("token_type")).lower() != "bearer":
            return None
        try:
            return Introspection.from_claims(answer)
        except (KeyError, ValueError) as error:
            raise IntrospectionUnavailable(
                f"the introspection endpoint's answer lacks sense: {error!r}"
            ) from error

    def ask(self, token: str) -> dict[str, Any]:
        """Ask as in RFC 7662 §2.1; raises IntrospectionUnavailable unless a JSON object comes back."""
        question = self.question.copy()
        question.prepare_body({"token": token, "token_type_hint": "access_token"}, files=None)
        try:
            response = self.session.send(
                question, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False
            )
            answer = response.json() if response.status_code == requests.codes.ok else None
        except (requests.RequestException, ValueError, RecursionError) as error:
            # The message of such an error may hold what was sent: name its kind only.
            raise IntrospectionUnavailable(f"no introspection answer: {type(error).__name__}") from error
        if not isinstance(answer, dict):
            raise IntrospectionUnavailable(f"the introspection endpoint answered {response.status_code}")
        return answer
