"""The development gateway: the routes and header rules of `deploy/gateway/` without nginx.

It routes, names each request, removes what a client could forge, bounds bodies, and answers itself when a
service cannot. What a client sees is what it would see of nginx.
"""

import argparse
import asyncio
import itertools
import json
import re
import secrets
import signal
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    TCPConnector,
    web,
)
from aiohttp.web_protocol import RequestHandler
from multidict import CIMultiDict
from yarl import URL

from deploy.local.gateway_body import UnreadableBody, read_body
from deploy.local.gateway_errors import plain_path, refuse, status_of, style_sheet

SERVICES = ("auth-service", "resource-api", "admin-ui")
# RFC 9110 §7.6.1: these speak of one connection only.
HOP_BY_HOP = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"}
HOP_BY_HOP |= {"te", "trailer", "transfer-encoding", "upgrade"}
# aiohttp would add these where the client sent none.
OWN_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
# What only a gateway may say.
FORGEABLE = {"x-user", "x-request-id", "x-real-ip", "forwarded", "proxy"}
FORGEABLE_PREFIXES = ("x-forwarded-", "x-ssl-client-")
REQUEST_LINE = re.compile(rb"\S+ (/[^\s#]*)")
HEADER_LIMIT = 16 * 1024  # an authorization request's long query fits
ANSWER_HEADER_LIMIT = 64 * 1024  # and so does a redirect with a long state


class Connection(RequestHandler):
    """A client's connection; malformed requests are refused as all others are, without an echo of them."""

    __slots__ = ("_latest",)
    _latest: bytes

    def data_received(self, data: bytes) -> None:
        """Remember what came last: the address that a malformed request was for is in it, as a rule."""
        self._latest = data
        super().data_received(data)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what could not be parsed, or what failed in our own code."""
        if status >= 500:
            self.log_exception("a request failed", exc_info=exc)
        asked = REQUEST_LINE.match(self._latest)
        target = asked[1].decode("latin-1") if asked else None
        response = refuse(request, status_of(exc) if status == 400 else status, target)
        response.force_close()
        return response


class Server(web.Server):
    """Makes our kind of connections."""

    def __call__(self) -> RequestHandler:
        """Make one for a client that has connected."""
        return Connection(self, loop=self._loop, **self._kwargs)


class Gateway:
    """Forwards each request to a replica of the service that its path belongs to."""

    def __init__(self, upstreams: dict[str, list[str]], port: int) -> None:
        self.port = port
        self._replicas = {name: len(addresses) for name, addresses in upstreams.items()}
        self._next = {name: itertools.cycle(addresses) for name, addresses in upstreams.items()}

    async def serve(self) -> None:
        """Serve on loopback until told to stop."""
        timeout = ClientTimeout(total=None, connect=2, sock_read=30)
        connector = TCPConnector(limit=0, keepalive_timeout=15)  # let go before gunicorn does, at 75 seconds
        async with ClientSession(
            timeout=timeout,
            connector=connector,
            auto_decompress=False,
            skip_auto_headers=OWN_HEADERS,
            max_line_size=ANSWER_HEADER_LIMIT,
            max_field_size=ANSWER_HEADER_LIMIT,
        ) as self._session:
            server = Server(
                self.answer, keepalive_timeout=75, max_line_size=HEADER_LIMIT, max_field_size=HEADER_LIMIT
            )
            runner = web.ServerRunner(server, shutdown_timeout=5)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
            told = asyncio.Event()
            for name in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(name, told.set)
            await told.wait()
            await runner.cleanup()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Name the request, forward it, and write its line in the access log."""
        started = time.monotonic()
        request["id"] = secrets.token_hex(16)
        response = await self._forward(request)
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "service": "gateway",
            "event": "request",
            "request_id": request["id"],
            "method": request.method,
            "path": re.split(r"[?#]", request.raw_path)[0],  # what follows can hold codes and tokens
            "status": response.status,
            "duration_ms": round((time.monotonic() - started) * 1000, 1),
            "client": request.remote,
        }
        print(json.dumps(line), flush=True)
        return response

    async def _forward(self, request: web.BaseRequest) -> web.StreamResponse:
        if not request.raw_path.startswith("/"):
            return refuse(request, 400)
        if request.method == "TRACE":  # it would show what the gateway adds
            return refuse(request, 405)
        service, path = route(request.raw_path)
        if path == "/gateway.css":
            return style_sheet(request)
        if service not in SERVICES:
            return refuse(request, 404)
        try:
            body = await read_body(request)
        except UnreadableBody as unreadable:
            return refuse(request, unreadable.status)
        headers = self._request_headers(request)
        for _ in range(self._replicas[service]):
            url = URL(f"http://{next(self._next[service])}{path}", encoded=True)
            try:
                upstream = await self._session.request(
                    request.method, url, headers=headers, data=body, allow_redirects=False
                )
            except ClientConnectorError:
                continue  # nothing was sent, so another replica may have it
            except TimeoutError:
                return refuse(request, 504)
            except ClientError:
                return refuse(request, 502)
            async with upstream:
                return await _relay(request, upstream)
        return refuse(request, 502)

    def _request_headers(self, request: web.BaseRequest) -> CIMultiDict[str]:
        headers: CIMultiDict[str] = CIMultiDict(_end_to_end(request.headers))
        for name in list(headers):
            forgeable = name.lower() in FORGEABLE or name.lower().startswith(FORGEABLE_PREFIXES)
            # An underscore becomes a dash's equal in WSGI: `X_User` would pass for `X-User`.
            if forgeable or "_" in name or name.lower() in ("content-length", "expect"):
                headers.popall(name, None)
        headers["X-Request-ID"] = request["id"]
        headers["X-Forwarded-For"] = request.remote or ""
        headers["X-Forwarded-Proto"] = "http"
        headers["X-Forwarded-Host"] = request.headers.get("Host", "")
        headers["X-Forwarded-Port"] = str(self.port)
        return headers


def route(target: str) -> tuple[str, str]:
    """Return the service and the path with query to ask it for; an unknown `/health/…` names no service."""
    path = plain_path(target)
    if path.startswith("/health/"):
        return path.removeprefix("/health/"), "/health"
    if path == "/api" or path.startswith("/api/"):
        return "resource-api", target
    if path == "/admin" or path.startswith("/admin/"):
        return "admin-ui", target
    return "auth-service", target


def _end_to_end(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Leave out what RFC 9110 §7.6.1 keeps between neighbours, named there or by the Connection header."""
    named = {name.strip().lower() for name in headers.get("Connection", "").split(",")}
    return ((name, value) for name, value in headers.items() if name.lower() not in HOP_BY_HOP | named)


async def _relay(request: web.BaseRequest, upstream: ClientResponse) -> web.StreamResponse:
    """Send the service's answer on as it comes."""
    response = web.StreamResponse(status=upstream.status, headers=CIMultiDict(_end_to_end(upstream.headers)))
    response.headers["X-Request-ID"] = request["id"]
    response.headers["Server"] = "gatehouse"
    try:
        await response.prepare(request)
        async for chunk in upstream.content.iter_any():
            await response.write(chunk)
    except ClientError:  # either side went away; a cut connection says so, a tidy end would lie
        if request.transport:
            request.transport.abort()
        return response
    await response.write_eof()
    return response


def main() -> None:
    """Read where the replicas of each service listen, and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    for service in SERVICES:
        parser.add_argument(f"--{service}", nargs="+", required=True, metavar="HOST:PORT")
    arguments = vars(parser.parse_args())
    upstreams = {service: arguments[service.replace("-", "_")] for service in SERVICES}
    asyncio.run(Gateway(upstreams, arguments["port"]).serve())


if __name__ == "__main__":
    main()
