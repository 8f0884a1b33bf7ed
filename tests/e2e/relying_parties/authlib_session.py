"""authlib's session for a client, and its way through the code flow."""

import secrets
from typing import Any

from authlib.integrations.requests_client import OAuth2Session

from tests.e2e.browser import Browser
from tests.e2e.oauth_client import REDIRECT_URI, OAuthClient

SCOPE = "openid profile email"


def new_session(client: OAuthClient, metadata: dict[str, Any], **options: Any) -> OAuth2Session:
    """A session that authenticates as the client is registered to."""
    session = OAuth2Session(
        client.client_id,
        client.secret,
        token_endpoint_auth_method=client.auth_method,
        revocation_endpoint_auth_method=client.auth_method,
        redirect_uri=REDIRECT_URI,
        default_timeout=20,
        token_endpoint=metadata["token_endpoint"],
        **{"scope": SCOPE, "code_challenge_method": "S256"} | options,
    )
    session.trust_env = False
    session.hooks["response"] = [client.gateway.used_secrets.collect]
    return session


def sign_in(session: OAuth2Session, metadata: dict[str, Any], person: Browser, nonce: str) -> dict[str, Any]:
    """The code flow with PKCE; returns the tokens. authlib refuses an answer with another state."""
    verifier = secrets.token_urlsafe(48)
    url, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    answer = person.visit_for_client(url)
    return session.fetch_token(authorization_response=answer, state=state, code_verifier=verifier)
