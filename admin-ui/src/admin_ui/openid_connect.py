"""Our side of OpenID Connect: the provider's endpoints, codes and refresh tokens for tokens, who it was."""

import threading
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote_plus, urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import KeySet, KeySetSerialization

from admin_ui.auth_service_api import AuthServiceAPI, AuthServiceDown, Refused
from admin_ui.clock import Clock
from admin_ui.id_token import IdTokenRules
from admin_ui.login_attempt import LoginAttempt
from admin_ui.settings import Settings

SCOPE = "openid profile email admin:read admin:write clients:own"
METADATA_KEPT_FOR = 300  # seconds


@dataclass(frozen=True)
class TokenReply:
    """An answer of the token endpoint (RFC 6749 §5.1); `expires_at` in seconds since the epoch."""

    access_token: str
    expires_at: int
    scope: str
    refresh_token: str | None
    id_token: str | None


class OpenIDProvider:
    """auth-service as OpenID provider, known by its discovery document."""

    def __init__(self, settings: Settings, api: AuthServiceAPI, clock: Clock) -> None:
        self._settings = settings
        self._api = api
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[int, dict[str, Any]]] = {}
        self.redirect_uri = settings.issuer + "/admin/callback"
        self.signed_out_uri = settings.issuer + "/admin/"

    def metadata(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0 §4, kept for some minutes; raises AuthServiceDown."""
        found = self._fetch("/.well-known/openid-configuration")
        if found.get("issuer") != self._settings.issuer:
            raise AuthServiceDown("its issuer is not the one in our settings")
        return found

    def authorization_url(self, attempt: LoginAttempt) -> str:
        """Where the browser goes to sign in: code, PKCE S256, state and nonce."""
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": SCOPE,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.code_verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.metadata()['authorization_endpoint']}?{urlencode(query)}"

    def redeem_code(self, code: str, attempt: LoginAttempt) -> TokenReply:
        """RFC 6749 §4.1.3; raises Refused or AuthServiceDown."""
        return self._ask_for_tokens(
            grant_type="authorization_code",
            code=code,
            redirect_uri=self.redirect_uri,
            code_verifier=attempt.code_verifier,
        )

    def redeem_refresh_token(self, refresh_token: str) -> TokenReply:
        """RFC 6749 §6; raises Refused or AuthServiceDown."""
        return self._ask_for_tokens(grant_type="refresh_token", refresh_token=refresh_token)

    def revoke(self, token: str) -> None:
        """RFC 7009: end the token and its family; raises Refused or AuthServiceDown."""
        self._post("revocation_endpoint", token=token, token_type_hint="refresh_token")

    def sign_out_url(self, id_token: str | None) -> str:
        """OpenID Connect RP-Initiated Logout 1.0 §2: where the browser goes to end its session there."""
        query = {"post_logout_redirect_uri": self.signed_out_uri, "client_id": self._settings.client_id}
        if id_token:
            query["id_token_hint"] = id_token
        return f"{self.metadata()['end_session_endpoint']}?{urlencode({**query, 'state': 'signed-out'})}"

    def name_of(self, reply: TokenReply, sub: str) -> str | None:
        """What the userinfo endpoint calls this person (Core §5.3); None if it speaks of another."""
        bearer = {"Authorization": f"Bearer {reply.access_token}"}
        try:
            claims = self._api.call("GET", self._back_channel_path("userinfo_endpoint"), headers=bearer)
        except Refused:
            return None
        if claims.get("sub") != sub:
            return None
        return claims.get("name") or claims.get("preferred_username")

    def verify_id_token(self, reply: TokenReply, nonce: str) -> dict[str, Any]:
        """OpenID Connect Core 1.0 §3.1.3.7; returns the claims, raises LoginRefused."""
        rules = IdTokenRules(self._settings.issuer, self._settings.client_id, self._keys)
        return rules.check(reply.id_token, nonce, reply.access_token, self._clock.now())

    def _keys(self, renew: bool = False) -> KeySet:
        """The provider's published keys; `renew` fetches them again, for a key that is not among them."""
        keys = self._fetch(self._back_channel_path("jwks_uri"), renew)
        return KeySet.import_key_set(cast(KeySetSerialization, keys))

    def _ask_for_tokens(self, **form: str) -> TokenReply:
        reply = self._post("token_endpoint", **form)
        if not isinstance(reply.get("access_token"), str) or reply.get("token_type", "").lower() != "bearer":
            raise AuthServiceDown("the token endpoint's answer holds no bearer token")
        return TokenReply(
            access_token=reply["access_token"],
            expires_at=self._clock.now() + int(reply.get("expires_in", 0)),
            scope=reply.get("scope", SCOPE if form["grant_type"] == "authorization_code" else ""),
            refresh_token=reply.get("refresh_token"),
            id_token=reply.get("id_token"),
        )

    def _post(self, endpoint: str, **form: str) -> dict[str, Any]:
        """Ask with client_secret_basic, both parts form-encoded first (RFC 6749 §2.3.1)."""
        secret = self._settings.client_secret.get_secret_value()
        credentials = (quote_plus(self._settings.client_id), quote_plus(secret))
        return self._api.call("POST", self._back_channel_path(endpoint), data=form, auth=credentials)

    def _back_channel_path(self, endpoint: str) -> str:
        """The path of a published endpoint, which we reach by another host; raises AuthServiceDown."""
        url = str(self.metadata().get(endpoint, ""))
        if not url.startswith(self._settings.issuer + "/"):
            raise AuthServiceDown(f"no {endpoint} under the issuer")
        return url.removeprefix(self._settings.issuer)

    def _fetch(self, path: str, renew: bool = False) -> dict[str, Any]:
        now = self._clock.now()
        with self._lock:
            fetched_at, found = self._kept.get(path, (0, {}))
        if found and not renew and now - fetched_at < METADATA_KEPT_FOR:
            return found
        found = self._api.call("GET", path)
        with self._lock:
            self._kept[path] = (now, found)
        return found
