"""Front-channel logout (OIDC Front-Channel Logout §2): the addresses that are loaded in frames, by the browser."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from auth_service.protocol.client import RegisteredClient
from auth_service.protocol.logout.single_sign_out import EndedSession
from auth_service.protocol.redirect_uri import with_parameters
from auth_service.protocol.subject import sid_for

if TYPE_CHECKING:
    from auth_service.protocol.server import AuthorizationServer

#: More than that a browser does not load in the seconds that a person waits.
MAX_FRAMES = 30

#: What may stand in a Content-Security-Policy: nothing in it can end the directive or add a source.
_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")


@dataclass(frozen=True)
class Frame:
    """A client's page that signs the person out there. `origin` is its scheme, host and port."""

    client: RegisteredClient
    uri: str
    origin: str


def frames_of(server: "AuthorizationServer", ended: EndedSession) -> list[Frame]:
    """A frame for each client that took part in the session and registered `frontchannel_logout_uri`."""
    frames = []
    for client in ended.clients:
        uri = client.frontchannel_logout_uri
        if not uri or (origin := origin_of(uri)) is None:
            continue
        # Also for clients that did not register that they need it: whoever checks it is safe from others' frames.
        session = [("iss", server.settings.issuer), ("sid", sid_for(server, client, ended.session_id))]
        frames.append(Frame(client, with_parameters(uri, session), origin))
    return frames[:MAX_FRAMES]


def origin_of(uri: str) -> str | None:
    """The URI's origin as a Content-Security-Policy names it; None for one that cannot stand in it."""
    try:
        parts = urlsplit(uri)
        origin = f"{parts.scheme}://{parts.netloc.lower()}"
    except ValueError:
        return None
    return origin if _ORIGIN.fullmatch(origin) else None
