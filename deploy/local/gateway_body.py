"""How the development gateway reads a request's body: whole, bounded in size and in time."""

import asyncio

from aiohttp import web

LIMIT = 64 * 1024
PATIENCE = 10  # seconds for the next part


class UnreadableBody(Exception):
    """The body is refused, with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def read_body(request: web.BaseRequest) -> bytes | None:
    """Read a whole body, so that any replica can be sent it; None without one. Raises UnreadableBody."""
    if not request.body_exists:
        return None
    if (request.content_length or 0) > LIMIT:
        raise UnreadableBody(413)
    if request.headers.get("Expect", "").lower() == "100-continue" and request.transport:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")  # RFC 9110 §10.1.1
    body = bytearray()
    try:
        while chunk := await asyncio.wait_for(request.content.readany(), PATIENCE):
            body += chunk
            if len(body) > LIMIT:
                raise UnreadableBody(413)
    except TimeoutError:  # aiohttp says nothing when it cannot make out the next chunk, so that ends here too
        raise UnreadableBody(408) from None
    except (ConnectionError, web.RequestPayloadError):
        raise UnreadableBody(400) from None
    return bytes(body)
