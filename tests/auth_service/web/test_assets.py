"""Styles, script and mark."""

import re

import pytest


def test_every_file_a_page_names_can_be_kept_for_good(client):
    addresses = re.findall(r'"(/assets/[^"]+)"', client.get("/").text)
    assert len(addresses) == 3
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200 and len(response.data) > 100
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_another_versions_address_works_but_is_not_kept(client):
    """During an update a page of the old version may ask a replica of the new one."""
    response = client.get("/assets/0000000000000000/gatehouse.css")
    assert response.mimetype == "text/css"
    assert "immutable" not in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["base.html", "../session.py", "..%2fsession.py", "x.css", "gatehouse.css%00"]
)
def test_nothing_else_is_sent(client, name):
    assert client.get(f"/assets/0/{name}").status_code == 404


def test_the_favicon(client):
    assert client.get("/favicon.ico").mimetype == "image/svg+xml"
