"""Sector identifiers (OIDC Registration §5): a document that lists the redirect URIs that belong together."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from auth_service.protocol.remote_document import RemoteDocumentError

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

_MAX_BYTES = 64 * 1024
#: Long enough that nobody makes this server call another for each registration, short enough to mend a document.
_MAX_AGE = timedelta(minutes=1)


def sector_faults(
    server: "AuthorizationServer", values: Mapping[str, Any], current: Mapping[str, Any] | None
) -> list[tuple[str, str]]:
    """What is wrong with `sector_identifier_uri`. `current`: the registration so far, which was checked once."""
    url = values["sector_identifier_uri"]
    if url is None:
        return []
    unchanged = current is not None and current.get("sector_identifier_uri") == url
    if current is not None and unchanged and set(values["redirect_uris"]) <= set(current["redirect_uris"]):
        return []
    try:
        # Its host is the sector: one that redirects whoever asks, wherever they ask for, must not vouch for them.
        document = server.remote_documents.get(url, max_bytes=_MAX_BYTES, max_age=_MAX_AGE, redirects=False)
        listed = json.loads(document.content)
    except RemoteDocumentError:
        return [
            ("sector_identifier_uri", "could not be fetched")
        ]  # why is in the log: a stranger maps no network
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list) or not all(isinstance(uri, str) for uri in listed):
        return [("sector_identifier_uri", "must lead to a JSON array of redirect URIs")]
    return [
        (f"redirect_uris[{index}]", "is not in the document at sector_identifier_uri")
        for index, uri in enumerate(values["redirect_uris"])
        if uri not in listed
    ]
