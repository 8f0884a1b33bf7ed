"""The authorization code grant (RFC 6749 §4.1), with PKCE (RFC 7636) and OpenID Connect (OIDC Core §3.1)."""

from auth_service.models import AuthorizationCode
from auth_service.models.secret import generate_secret, hash_secret
from auth_service.protocol import pkce
from auth_service.protocol.access_token import Authorization
from auth_service.protocol.errors import InvalidGrant
from auth_service.protocol.grants.authorization_grant import AuthorizationGrant
from auth_service.protocol.grants.single_use import SingleUseGrant

PREFIX = "gac_"


class AuthorizationCodeGrant(AuthorizationGrant, SingleUseGrant):
    """A code for the browser, tokens for the code."""

    GRANT_TYPE = "authorization_code"
    PARAMETER = "code"
    RECORD = AuthorizationCode
    INVALID = "The code is not valid"
    RESPONSE_TYPES: tuple[str, ...] = ("code",)

    def check_request(self) -> None:
        """RFC 7636 §4.4.1: the challenge."""
        pkce.check_challenge(self.request, self.client)

    def make_response(self, authorization: Authorization) -> dict[str, str]:
        """Make and record a code."""
        now = self.server.clock.now()
        settings = self.server.settings
        expires_at = now + settings.authorization_code_lifetime
        refreshable = self.client.check_grant_type("refresh_token")
        code = generate_secret(PREFIX)
        AuthorizationCode(
            id=hash_secret(code),
            client_id=self.client.client_id,
            sub=authorization.sub,
            scope=" ".join(authorization.scope),
            # As it was sent: only a request that named it must name it again (RFC 6749 §4.1.3).
            redirect_uri=self.request.get("redirect_uri"),
            code_challenge=self.request.get("code_challenge"),
            nonce=authorization.nonce,
            auth_time=authorization.auth_time,
            amr=list(authorization.amr),
            acr=authorization.acr,
            claims=authorization.claims,
            family=authorization.family,
            session_id=authorization.session_id,
            issued_at=now,
            expires_at=expires_at,
            purge_at=expires_at
            + (settings.refresh_token_lifetime if refreshable else settings.access_token_lifetime),
        ).save(force_insert=True)
        return {"code": code}

    def load_authorization(self) -> Authorization:
        """RFC 6749 §4.1.3. A stranger's failing attempt changes nothing: the code is claimed afterwards."""
        code = AuthorizationCode.objects(id=self.presented).first()
        if code is None or code.client_id != self.client.client_id:
            raise InvalidGrant(self.INVALID, "unknown code" if code is None else "another client's code")
        if code.redeemed_at is None and code.expires_at <= self.server.clock.now():
            raise InvalidGrant(self.INVALID, "expired code")
        if code.redirect_uri is not None and self.request.get("redirect_uri") != code.redirect_uri:
            raise InvalidGrant("redirect_uri does not match the authorization request")
        pkce.check_verifier(self.request, code.code_challenge)
        return Authorization(
            sub=code.sub,
            scope=code.scope.split(),
            family=code.family,
            session_id=code.session_id,
            auth_time=code.auth_time,
            amr=tuple(code.amr),
            acr=code.acr,
            claims=code.claims,
            nonce=code.nonce,
        )
