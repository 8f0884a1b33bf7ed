"""A relying party that knows nothing but the issuer: it discovers, registers itself, and checks all it is given."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import Key, KeySet

from tests.e2e.browser import Browser, parse_answer
from tests.e2e.client_assertion import sign_assertion
from tests.e2e.gateway import Gateway, bearer
from tests.e2e.html_forms import forms_of

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
_HASHES = {"RS256": "sha256", "PS256": "sha256", "ES256": "sha256", "EdDSA": "sha512"}
#: OIDC Registration §2: the grant types that each word of a response type needs.
_GRANTS = {"code": "authorization_code", "id_token": "implicit", "token": "implicit"}
PATHS_OF_PAGES = ("/login", "/consent")


@dataclass
class Callback:
    """What arrived at the redirect URI, and by which way."""

    uri: str
    mode: str
    parameters: dict[str, str]


@dataclass
class Tokens:
    """All that one authorization gave: of the callback and of the token endpoint."""

    callback: dict[str, str]
    token_response: dict[str, Any] = field(default_factory=dict)
    front_claims: dict[str, Any] | None = None
    back_claims: dict[str, Any] | None = None

    @property
    def claims(self) -> dict[str, Any]:
        """The claims of the newest id_token."""
        found = self.back_claims or self.front_claims
        assert found is not None
        return found

    @property
    def id_token(self) -> str:
        """The newest id_token."""
        return str(self.token_response.get("id_token") or self.callback["id_token"])

    @property
    def access_token(self) -> str | None:
        """The newest access token, or None: `id_token` alone gives none."""
        return self.token_response.get("access_token") or self.callback.get("access_token")


class RelyingParty:
    """One registered client. `response_mode` None leaves the default of the response type."""

    def __init__(
        self,
        gateway: Gateway,
        response_type: str = "code",
        response_mode: str | None = None,
        **metadata: Any,
    ) -> None:
        self.http = gateway
        self.response_type, self.response_mode = response_type, response_mode
        self.words = response_type.split()
        answer = gateway.get("/.well-known/openid-configuration")
        assert answer.status_code == 200
        self.provider: dict[str, Any] = answer.json()
        assert self.provider["issuer"] == gateway.url
        self.redirect_uri = f"https://rp.example/{secrets.token_hex(4)}/callback"
        grants = sorted({_GRANTS[word] for word in self.words} | {"refresh_token"})
        defaults = {
            "client_name": "Conformance",
            "redirect_uris": [self.redirect_uri],
            "response_types": [response_type],
            "grant_types": [grant for grant in grants if grant != "refresh_token" or "code" in self.words],
        }
        answer = gateway.post(self.provider["registration_endpoint"], json=defaults | metadata)
        assert answer.status_code == 201, answer.text
        self.registration: dict[str, Any] = answer.json()
        self.client_id = self.registration["client_id"]
        self.secret: str | None = self.registration.get("client_secret")

    @property
    def default_mode(self) -> str:
        """OAuth Multiple Response Types §5: where the answer goes unless the request says otherwise."""
        return "query" if self.response_type == "code" else "fragment"

    def request(self, **parameters: str | None) -> dict[str, str]:
        """An authentication request; None leaves a parameter out."""
        defaults = {
            "response_type": self.response_type,
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": secrets.token_urlsafe(8),
            "nonce": secrets.token_urlsafe(8),
            "response_mode": self.response_mode,
        }
        return {name: value for name, value in (defaults | parameters).items() if value is not None}

    def send(self, browser: Browser, request: dict[str, str], method: str = "GET") -> requests.Response:
        """Go to the authorization endpoint; returns the first page, or the way back to this client."""
        how = {"params": request} if method == "GET" else {"data": request}
        return browser.follow(browser.http.request(method, self.provider["authorization_endpoint"], **how))

    def go_on(self, browser: Browser, page: requests.Response) -> tuple[Callback, list[str]]:
        """Sign in and allow wherever asked; returns what arrives, and the pages that were seen."""
        seen: list[str] = []
        while (callback := self.read(page)) is None:
            path = urlsplit(page.url).path
            assert page.status_code == 200 and path in PATHS_OF_PAGES, page.text
            assert len(seen) < 4, seen
            seen.append(path)
            page = browser.sign_in(page) if path == "/login" else browser.submit(page, decision="allow")
        return callback, seen

    def read(self, page: requests.Response) -> Callback | None:
        """What a redirect or a form brings to the redirect URI; None for a page of the provider's own."""
        if page.is_redirect:
            answer = parse_answer(page.headers["Location"])
            mode = "fragment" if answer.fragment else "query"
            assert not (answer.query.keys() & answer.fragment.keys())
            own = dict(pair.split("=", 1) for pair in urlsplit(self.redirect_uri).query.split("&") if pair)
            return Callback(answer.uri, mode, {**(answer.fragment or answer.query)} | own)
        for form in forms_of(page.text):
            if form.action and not form.action.startswith((self.http.url, "/", "?")):
                return Callback(form.action, "form_post", form.fields)
        return None

    def authorize(self, browser: Browser, **parameters: str | None) -> Callback:
        """The whole way there and back."""
        request = self.request(**parameters)
        return self.check_callback(request, self.go_on(browser, self.send(browser, request))[0])

    def check_callback(self, request: dict[str, str], callback: Callback) -> Callback:
        """RFC 6749 §4.1.2, RFC 9207 §2: the right place, the right way, with `state` and `iss`."""
        assert callback.uri == urlsplit(self.redirect_uri)._replace(query="").geturl()
        assert callback.mode == (request.get("response_mode") or self.default_mode)
        assert callback.parameters.get("state") == request.get("state")
        assert callback.parameters["iss"] == self.provider["issuer"]
        return callback

    def log_in(self, browser: Browser, **parameters: str | None) -> Tokens:
        """Authorize and redeem; every token is checked."""
        request = self.request(**parameters)
        callback, _ = self.go_on(browser, self.send(browser, request))
        return self.collect(request, self.check_callback(request, callback))

    def collect(self, request: dict[str, str], callback: Callback) -> Tokens:
        """Check that all that the response type names is there, and nothing else; redeem the code."""
        given = callback.parameters
        assert "error" not in given, given
        assert {"code", "id_token", "access_token"} & given.keys() == {
            "access_token" if word == "token" else word for word in self.words
        }
        tokens = Tokens(given)
        if "id_token" in given:
            tokens.front_claims = self.check_id_token(given["id_token"], request, tokens)
            for word, member in (("token", "at_hash"), ("code", "c_hash")):
                assert (member in tokens.front_claims) == (word in self.words)
        if "code" in given:
            answer = self.redeem(given["code"])
            assert answer.status_code == 200, answer.text
            assert answer.headers["Cache-Control"] == "no-store"
            tokens.token_response = answer.json()
            assert tokens.token_response["token_type"].lower() == "bearer"
            tokens.back_claims = self.check_id_token(tokens.token_response["id_token"], request, tokens)
        if tokens.front_claims and tokens.back_claims:  # OIDC Core §3.3.3.6
            for claim in ("iss", "sub", "aud", "nonce"):
                assert tokens.front_claims.get(claim) == tokens.back_claims.get(claim)
        return tokens

    def redeem(self, code: str, **form: str) -> requests.Response:
        """OIDC Core §3.1.3.1."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri} | form
        return self.at_token_endpoint(**form)

    def at_token_endpoint(self, **form: str) -> requests.Response:
        """A token request, authenticated as registered; an assertion comes from who calls."""
        if "client_assertion" in form:
            return self.http.post(self.provider["token_endpoint"], data=form)
        if self.registration["token_endpoint_auth_method"] == "client_secret_post":
            form |= {"client_id": self.client_id, "client_secret": self.secret or ""}
            return self.http.post(self.provider["token_endpoint"], data=form)
        credentials = (self.client_id, self.secret or "")
        return self.http.post(self.provider["token_endpoint"], data=form, auth=credentials)

    def assertion(self, key: Key, audience: str | None = None) -> dict[str, str]:
        """OIDC Core §9: what authenticates by `private_key_jwt`."""
        return sign_assertion(self.http, self.client_id, key, audience)

    def check_id_token(self, id_token: str, request: dict[str, str], tokens: Tokens) -> dict[str, Any]:
        """OIDC Core §3.1.3.7, §3.2.2.11, §3.3.2.11."""
        decoded = jwt.decode(id_token, self.keys(), ALGORITHMS)
        alg, claims = decoded.header["alg"], decoded.claims
        assert alg == self.registration.get("id_token_signed_response_alg", "RS256")
        assert "kid" in decoded.header
        assert claims["iss"] == self.provider["issuer"]
        assert claims["aud"] in (self.client_id, [self.client_id])
        assert claims.get("azp", self.client_id) == self.client_id
        assert claims["iat"] < claims["exp"]
        assert claims["sub"].isascii() and 0 < len(claims["sub"]) <= 255
        assert claims.get("nonce") == request.get("nonce")
        in_front = id_token == tokens.callback.get("id_token")
        given = tokens.callback if in_front else tokens.token_response
        for member, of in (("at_hash", "access_token"), ("c_hash", "code")):
            if member in claims:
                assert claims[member] == half_hash(given.get(of) or tokens.callback[of], alg)
        return claims

    def keys(self) -> KeySet:
        """The provider's published keys."""
        return KeySet.import_key_set(self.http.get(self.provider["jwks_uri"]).json())

    def userinfo(self, tokens: Tokens, method: str = "GET", body: bool = False) -> dict[str, Any]:
        """OIDC Core §5.3: the claims, with the same subject as the id_token."""
        token = tokens.access_token
        assert token is not None
        how: dict[str, Any] = {"data": {"access_token": token}} if body else {"headers": bearer(token)}
        answer = self.http.request(method, self.provider["userinfo_endpoint"], **how)
        assert answer.status_code == 200, answer.text
        claims = answer.json()
        assert claims["sub"] == tokens.claims["sub"]
        return claims


def half_hash(value: str, alg: str) -> str:
    """OIDC Core §3.1.3.6: the left half of the hash, in base64url."""
    digest = hashlib.new(_HASHES[alg], value.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def encode_unsigned(request: dict[str, str]) -> str:
    """OIDC Core §6.1: a request object with `alg` none."""
    header, payload = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "none"}, request)
    )
    return f"{header}.{payload}."
