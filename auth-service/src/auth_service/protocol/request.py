"""A request to a protocol endpoint, parsed once into a typed object."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request

from auth_service.protocol.claims_request import ClaimsRequest
from auth_service.protocol.errors import InvalidRequest


class Parameters(OAuth2Payload):
    """The parameters of a request: of the query or of the form, never of both."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._datalist: defaultdict[str, list] = defaultdict(list)
        for name, value in pairs:
            self._datalist[name].append(value)
        # RFC 6749 §3.1: a parameter without a value is treated as if it were omitted.
        self._data = {name: values[0] for name, values in self._datalist.items() if values[0] != ""}

    @property
    def data(self) -> dict[str, str]:
        """Each parameter's first value; parameters without a value are left out."""
        return self._data

    @property
    def datalist(self) -> defaultdict[str, list]:
        """Each parameter with all its values."""
        return self._datalist

    def repeated(self) -> list[str]:
        """The names that came more than once (RFC 6749 §3.1 and §3.2 forbid it)."""
        return [name for name, values in self._datalist.items() if len(values) > 1]


class OAuthRequest(OAuth2Request):
    """A protocol request as Authlib wants it, free of the web framework."""

    def __init__(
        self,
        method: str,
        path: str,
        parameters: Iterable[tuple[str, str]],
        headers: Mapping[str, str],
        remote_address: str = "",
    ) -> None:
        # Whether plain http will do was decided by the settings; between containers it is all there is, so
        # Authlib, which would raise on it, is told of the public side alone.
        super().__init__(method, "https://localhost" + path, headers=headers)
        self.payload = Parameters(parameters)
        #: Whom to count failed sign-ins against.
        self.remote_address = remote_address
        #: Where the client may be answered; None until it is known to be registered.
        self.validated_redirect_uri: str | None = None
        #: What `authentication_request` made of the parameters: the `claims` parameter, and conditions on `sub`.
        self.claims = ClaimsRequest()
        self.expected_subjects: list[list[Any]] = []
        #: The subject of `id_token_hint`, as the client knows it.
        self.hinted_subject: str | None = None

    @property
    def form(self) -> dict[str, str]:
        """The parameters, under the name that Authlib's client authentication reads."""
        return self.payload.data

    @property
    def args(self) -> dict[str, str]:
        """The parameters, under the name that Authlib's authorization endpoint reads."""
        return self.payload.data

    def get(self, name: str) -> str | None:
        """A parameter's value, or None."""
        return self.payload.data.get(name)

    def reject_repeated(self) -> None:
        """RFC 6749 §3.2: parameters must not be included more than once."""
        if self.payload.repeated():
            raise InvalidRequest(
                "A parameter was sent more than once", f"repeated: {len(self.payload.repeated())}"
            )

    def require(self, name: str) -> str:
        """A parameter's value; raises InvalidRequest that names the missing one."""
        value = self.get(name)
        if value is None:
            raise InvalidRequest(f"Missing parameter: {name}")
        return value
