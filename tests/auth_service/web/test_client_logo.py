"""An app's logo: fetched by the guarded fetcher, shown from our own origin, and never anything but a picture."""

import base64

import pytest

from tests.auth_service.protocol.remote_server import reply, serving

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PICTURES = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "image/gif": b"GIF89a\x01\x00\x01\x00",
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'


@pytest.fixture
def app_host():
    """The host of an app; it serves these bytes."""
    with serving() as server:

        def serve(content: bytes, **headers: str) -> str:
            server.answer = lambda handler: reply(handler, content, **headers)
            return server.url("/logo")

        yield serve


@pytest.fixture
def logo(client, sign_in, username, register):
    """The answer for a new app with this logo, to somebody who is signed in."""

    sign_in(username)

    def get(logo_uri: str | None, **metadata):
        client_id = register(logo_uri=logo_uri, **metadata)
        return client.get(f"/client-logo/{client_id}")

    return get


@pytest.mark.rfc("OIDC Registration §2")
@pytest.mark.conformance("oidcc-registration-logo-uri")
@pytest.mark.parametrize("content_type", PICTURES)
def test_a_picture_is_shown_as_what_it_is(app_host, logo, content_type):
    response = logo(app_host(PICTURES[content_type], Content_Type="text/html"))
    assert (response.status_code, response.data) == (200, PICTURES[content_type])
    assert response.headers["Content-Type"] == content_type
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "private, max-age=3600"


@pytest.mark.rfc("7591 §5")
@pytest.mark.parametrize(
    "content", [SVG, b"<html><script>alert(1)</script>", b"", b"RIFF....WAVE", b"\x89PNG"]
)
def test_anything_else_is_an_initial_of_our_own_drawing(app_host, logo, content):
    response = logo(app_host(content, Content_Type="image/png"), client_name='"><script>x')
    assert response.headers["Content-Type"].startswith("image/svg+xml")
    assert b"&#34;" in response.data and b"script" not in response.data
    assert "sandbox" in response.headers["Content-Security-Policy"]


@pytest.mark.rfc("7591 §5")
def test_what_cannot_be_had_or_is_too_much_is_an_initial_too(app_host, logo):
    for uri in (
        app_host(PNG + bytes(300_000)),
        "http://10.0.0.1/logo",
        "http://169.254.169.254/",
        "ftp://x/",
    ):
        assert b">L<" in logo(uri, client_name="ledger").data


def test_strangers_cannot_send_this_server_fetching(app, client, register, app_host):
    client_id = register(logo_uri=app_host(PNG))
    assert client.get(f"/client-logo/{client_id}").status_code == 404


def test_where_there_is_no_logo_there_is_nothing(client, logo):
    assert logo(None).status_code == 404
    assert client.get("/client-logo/nobody").status_code == 404
    assert client.get("/client-logo/%00%ff").status_code == 404
