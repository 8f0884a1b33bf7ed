"""The only outbound HTTP: calls to auth-service over the back channel."""

from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import requests
from flask import g, has_request_context
from requests.adapters import HTTPAdapter

TIMEOUT = (2, 10)  # seconds to connect, and between two bytes of the answer


class AuthServiceDown(Exception):
    """auth-service does not answer, or answers that it cannot now."""


@dataclass
class Refused(Exception):
    """auth-service refused: its error code, its words, and for bad input the message of each field."""

    status: int
    error: str
    description: str
    fields: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status} {self.error}"


class AuthServiceAPI:
    """A pool of connections to auth-service, shared by all threads."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy and no .netrc between the services
        # No cookie is ever kept: one person's must not travel with another's request.
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=16, max_retries=0)
        self._http.mount(base_url, adapter)

    def call(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        """Send a request, return the JSON object of the answer; raises Refused or AuthServiceDown.

        `request` takes what requests takes: `params`, `json`, `data`, `auth`, `headers`, `timeout`.
        """
        headers = {"Accept": "application/json", **request.pop("headers", {})}
        if has_request_context() and "request_id" in g:
            headers["X-Request-ID"] = g.request_id
        try:
            answer = self._http.request(
                method,
                self._base_url + path,
                headers=headers,
                timeout=request.pop("timeout", TIMEOUT),
                allow_redirects=False,
                **request,
            )
        except requests.RequestException as error:
            raise AuthServiceDown(type(error).__name__) from error
        return _read(answer)


def path(*segments: str) -> str:
    """A path of the admin API; each segment is quoted, so that an id stays one segment. Refuses dots."""
    if any(segment in ("", ".", "..") for segment in segments):
        raise Refused(404, "not_found", "There is nothing here.")
    return "/admin-api/v1/" + "/".join(quote(segment, safe=":") for segment in segments)


def _read(answer: requests.Response) -> dict[str, Any]:
    if answer.status_code >= 500:
        raise AuthServiceDown(f"status {answer.status_code}")
    body = _json(answer)
    if answer.status_code < 300:
        return body
    errors = body.get("errors")
    raise Refused(
        answer.status_code,
        str(body.get("error", "unknown")),
        str(body.get("error_description", "auth-service refused the request.")),
        {
            str(entry.get("field", "")): str(entry.get("message", ""))
            for entry in (errors if isinstance(errors, list) else [])
            if isinstance(entry, dict)
        },
    )


def _json(answer: requests.Response) -> dict[str, Any]:
    """The answer's JSON object; an empty one for no content. Raises AuthServiceDown for anything else."""
    if not answer.content:
        return {}
    try:
        body = answer.json()
    except requests.JSONDecodeError:
        body = None
    if isinstance(body, list):  # a plain list, as /scopes gives
        return {"items": body}
    if not isinstance(body, dict):
        if answer.status_code >= 400:
            return {}
        raise AuthServiceDown("an answer that is not JSON")
    return body
