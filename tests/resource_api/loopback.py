"""Real HTTP servers on loopback, each in a thread of the test."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    """Keeps the connection open between requests, as gunicorn does, and logs nothing."""

    protocol_version = "HTTP/1.1"

    def log(self, *_: Any) -> None:
        pass


@contextmanager
def serving(make_application: Callable[[str], Any], port: int = 0) -> Iterator[str]:
    """Serve the WSGI application that is made for the origin it will have; yields that origin."""
    server = make_server("127.0.0.1", port, None, threaded=True, request_handler=Quiet)
    server.daemon_threads = True
    origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    with server:
        server.app = make_application(origin)
        thread.start()
        try:
            yield origin
        finally:
            server.shutdown()
            thread.join()
