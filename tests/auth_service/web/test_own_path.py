"""After sign-in the browser is sent to our own origin, and nowhere else."""

import pytest

from auth_service.web.own_path import own_path

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "/%2f/evil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/%252fevil.example",
    "/%25252fevil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/%09/evil.example",
    "/%0d%0aSet-Cookie:x=y",
    "/\x00",
    " //evil.example",
    "/ /evil.example",
    "/ünicode",
    "/" + "a" * 3000,
    "",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_elsewhere_is_refused(target):
    assert own_path(target) is None


@pytest.mark.parametrize("target", ["/", "/admin/", "/a?b=c&d=%2F%2Fe", "/a/b#c", "/x?next=%20y"])
def test_our_own_paths_are_taken(target):
    assert own_path(target) == target


@pytest.mark.parametrize("target", ELSEWHERE)
def test_sign_in_does_not_follow_it(client, post, username, target):
    from urllib.parse import quote

    response = post(f"/login?next={quote(target, safe='')}", username=username, password="valid")
    assert response.location == "/"


def test_sign_in_goes_on_to_our_own_path(client, post, username):
    response = post("/login?next=%2Fadmin%2F%3Fa%3Db", username=username, password="valid")
    assert response.location == "/admin/?a=b"
