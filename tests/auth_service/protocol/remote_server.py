"""Servers on loopback that play a client's host, good or bad; they count what reaches them."""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "client.example"


class RemoteServer(ThreadingHTTPServer):
    """Answers by `answer(handler)`, which a test may replace; `requests` holds method, path and body."""

    daemon_threads = True

    def __init__(self, address: str = "127.0.0.1", port: int = 0) -> None:
        self.requests: list[tuple[str, str, bytes]] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = lambda handler: reply(handler, b"{}")
        super().__init__((address, port), _Handler)

    @property
    def port(self) -> int:
        return self.server_address[1]

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def handle_error(self, request, client_address) -> None:
        """A caller that hangs up is what several tests are about."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.server.requests.append((self.command, self.path, self.rfile.read(length)))
        self.server.answer(self)

    do_POST = do_GET

    def log_message(self, *args) -> None:
        """Quiet."""


def reply(handler: BaseHTTPRequestHandler, content: bytes, status: int = 200, **headers: str) -> None:
    """Send an answer; a header `Content_Type` is sent as `Content-Type`."""
    handler.send_response(status)
    for name, value in {"Content_Type": "application/json", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


@contextmanager
def serving(
    address: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[RemoteServer]:
    """A server that runs until the block ends."""
    server = RemoteServer(address, port)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[int]:
    """A server that sends `first` at once and then a drop every 20 ms for as long as it is let; yields its port."""
    stopped = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(first)
            try:
                while not stopped.wait(0.02):
                    connection.sendall(drop)
            except OSError:
                stopped.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=[listener], daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
            assert stopped.wait(30), "the connection was left open"
        finally:
            stopped.set()
            thread.join()


@cache
def _authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Name]:
    return ec.generate_private_key(ec.SECP256R1()), x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")]
    )


def _certificate(key, subject: x509.Name, *given: x509.ExtensionType) -> x509.Certificate:
    authority, issuer = _authority()
    extensions = (*given, x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()))
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    return builder.sign(authority, hashes.SHA256())


def server_tls(folder: Path, name: str = NAME) -> ssl.SSLContext:
    """A server's side, with a certificate for that host name or address."""
    key = ec.generate_private_key(ec.SECP256R1())
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        alternative = x509.DNSName(name)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = _certificate(key, subject, x509.SubjectAlternativeName([alternative]))
    pem = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def client_tls() -> ssl.SSLContext:
    """A caller's side that trusts the authority of these certificates and no other."""
    key, name = _authority()
    is_authority = x509.BasicConstraints(ca=True, path_length=None)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = _certificate(key, name, is_authority, identifier)
    return ssl.create_default_context(cadata=certificate.public_bytes(serialization.Encoding.PEM).decode())


@contextmanager
def silent(address: str) -> Iterator[int]:
    """A port at which connections are neither accepted nor refused. Yields the port."""
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind((address, 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        for _ in range(4):  # more than wait in line to be accepted: from then on nobody is answered
            caller = waiting.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex((address, port))
        yield port
