"""Everything secret that passed through the tests, to be looked for where it must not be."""

import base64
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import requests

#: Members of JSON answers, and parameters of redirects, that are secrets.
MEMBERS = (
    *("access_token", "refresh_token", "id_token", "client_secret", "password", "registration_access_token"),
    *("device_code", "user_code", "token"),  # the admin API's `token` is an initial access token
)
PARAMETERS = ("code", "access_token", "id_token", "request")
#: The same in a page: the form of `form_post`, and what keeps other sites from sending ours.
FIELDS = re.compile(r'name="(code|access_token|id_token|csrf_token)"[^>]* value="([^"]+)"')
#: Shorter ones could stand anywhere by chance, or in a word: the demo's password is `valid`.
SHORTEST = 12
#: Shorter than that, and yet like no word and nothing that comes about by chance.
SHORT_KINDS = ("user_code",)
#: What all spellings of all secrets are long enough for: a user code has eight letters.
_BEGINNING = 8


class UsedSecrets:
    """Codes, tokens, cookies, secrets and passwords, by their kind."""

    def __init__(self) -> None:
        self._by_kind: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, kind: str, value: str) -> str:
        """Remember a secret that a test made up; returns it."""
        if len(value) >= SHORTEST or (kind in SHORT_KINDS and value):
            self._by_kind[kind].add(value)
        return value

    def of_kind(self, kind: str) -> set[str]:
        """All secrets of a kind."""
        return self._by_kind[kind]

    def collect(self, response: requests.Response, *_: Any, **__: Any) -> None:
        """Remember what an answer gave: in its body, its redirect and its cookies."""
        if response.content and response.headers["Content-Type"].startswith("application/json"):
            self.collect_members(response.json())
        elif response.content and response.headers["Content-Type"].startswith("text/html"):
            for name, value in FIELDS.findall(response.text):
                self.add(name, value)
        target = urlsplit(response.headers.get("Location", ""))
        for name, value in parse_qsl(target.query) + parse_qsl(target.fragment):
            if name in PARAMETERS:
                self.add(name, value)
        for cookie in response.cookies:
            self.add("cookie", (cookie.value or "").strip('"'))

    def collect_members(self, body: Any) -> None:
        """Remember the secrets of a JSON answer."""
        if isinstance(body, dict):
            for name in MEMBERS:
                if isinstance(body.get(name), str):
                    self.add(name, body[name])
            if isinstance(body.get("user_code"), str):  # a person may leave out the dash
                self.add("user_code", body["user_code"].replace("-", ""))

    def found_in(self, text: bytes) -> list[tuple[str, str, bytes]]:
        """The kind, a beginning and the spelling of each secret that stands in the text."""
        by_beginning: defaultdict[bytes, list[tuple[str, str, bytes]]] = defaultdict(list)
        for kind, secret in self:
            for spelling in spellings(secret):
                by_beginning[spelling[:_BEGINNING]].append((kind, f"{secret[:8]}…", spelling))
        return [  # one look at each place, however many secrets there are
            found
            for place in range(len(text))
            if (beginning := text[place : place + _BEGINNING]) in by_beginning
            for found in by_beginning[beginning]
            if text.startswith(found[2], place)
        ]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((kind, secret) for kind, found in self._by_kind.items() for secret in found)


def spellings(secret: str) -> set[bytes]:
    """The ways in which a careless program could have written it: as it is, URL-encoded, in base64."""
    raw = secret.encode()
    return {raw, quote(secret, safe="").encode(), *base64_spellings(raw)}


def base64_spellings(raw: bytes) -> Iterable[bytes]:
    """Both alphabets; with nothing, one or two bytes before it, which shifts every character of base64."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw)
        # The characters at either end depend on what stands beside the secret.
        certain = encoded[(0, 2, 3)[before] : (before + len(raw)) // 3 * 4]
        yield certain
        yield certain.replace(b"+", b"-").replace(b"/", b"_")
