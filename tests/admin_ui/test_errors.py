"""When something is wrong: a page with the request id, never a trace, never a lost session."""

import json

import pytest

from tests.admin_ui.browser import Browser


@pytest.fixture
def cut_off(make_ui, admin, auth_service):
    """The administrator's browser, before an admin UI that cannot reach auth-service."""
    down = make_ui(auth_service_url="http://127.0.0.1:9")
    browser = Browser(down, auth_service.issuer)
    cookie = admin.session_cookie
    browser.ui.set_cookie(cookie.key, cookie.value, path="/admin", domain=cookie.domain)
    yield browser
    browser.close()


@pytest.mark.parametrize("address", ["/admin/", "/admin/clients", "/admin/users", "/admin/clients/new/web"])
def test_auth_service_down_is_a_page_with_503(cut_off, address):
    page = cut_off.open(address, headers={"X-Request-ID": "0123456789abcdef" * 2})

    assert page.status == 503
    assert page.headers["Retry-After"] == "5"
    assert "does not answer" in page.text and "0123456789abcdef" * 2 in page.text
    assert "Sign out" in page.text
    assert cut_off.session_cookie is not None


def test_a_sign_in_cannot_begin_then(make_ui):
    down = make_ui(auth_service_url="http://127.0.0.1:9").test_client()

    assert down.get("/admin/login").status_code == 503


def test_signing_out_works_here_all_the_same(cut_off):
    page = cut_off.open("/admin/clients")
    token = page.form("/admin/logout").fields["csrf_token"]

    assert cut_off.open("/admin/logout", method="POST", data={"csrf_token": token}).status == 503
    assert cut_off.session_cookie is None
    assert cut_off.open("/admin/clients", follow=False).status == 302


def test_health(ui, make_ui):
    assert ui.test_client().get("/health").json == {"status": "ok"}

    answer = make_ui(auth_service_url="http://127.0.0.1:9").test_client().get("/health")
    assert answer.status_code == 503
    assert answer.json["error"] == "temporarily_unavailable"
    assert set(answer.json) == {"error", "error_description", "request_id"}
    assert answer.headers["Retry-After"] == "5"


def test_an_unknown_page_is_404_for_strangers_too(browser, admin):
    assert admin.open("/admin/banana").status == 404
    assert browser.open("/admin/banana").status == 404


def test_a_failure_of_ours_shows_no_trace_and_is_logged(ui, admin, monkeypatch, capsys):
    def fail(*_, **__):
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(ui.extensions["admin_ui"].auth_service, "call", fail)

    page = admin.open("/admin/clients")

    assert page.status == 500
    assert "a secret detail" not in page.text
    assert "a secret detail" in capsys.readouterr().out


@pytest.mark.parametrize("cursor", ["x", "%00", "é" * 300, "YQ"])
def test_a_cursor_that_is_none_is_no_failure(admin, cursor):
    assert admin.open(f"/admin/clients?after={cursor}").status in (200, 400)


@pytest.mark.parametrize("search", ["%00", "%ff%fe", "a" * 5000, "'\"><svg/onload=1>", "\u202e"])
def test_odd_searches(admin, search):
    page = admin.open(f"/admin/clients?search={search}")

    assert page.status in (200, 400)
    assert "<svg/onload" not in page.text


def test_too_large_a_form_is_413(admin):
    page = admin.open("/admin/clients/new/web", method="POST", data={"client_name": "x" * 70_000})

    assert page.status == 413


def test_parts_of_pages_get_a_message_in_place(cut_off):
    page = cut_off.open("/admin/clients", headers={"HX-Request": "true"})

    assert page.status == 503
    assert page.headers["HX-Retarget"] == "#messages"
    assert "<html" not in page.text and "alert" in page.text
    assert page.headers["X-Request-ID"] in page.text


def test_parts_of_pages_sign_in_by_going_there_whole(browser):
    headers = {"HX-Request": "true", "HX-Current-URL": f"{browser.issuer}/admin/clients?search=a"}

    page = browser.open("/admin/clients?search=ab", headers=headers, follow=False)

    assert page.status == 200
    assert page.headers["HX-Redirect"].endswith("/admin/login?next=%2Fadmin%2Fclients%3Fsearch%3Da")


def test_each_request_is_one_line_without_its_query(admin, capsys):
    capsys.readouterr()
    given = "f" * 32
    page = admin.open("/admin/clients?search=something-private", headers={"X-Request-ID": given})

    output = capsys.readouterr().out
    lines = [json.loads(line) for line in output.splitlines()]
    assert len(lines) == 1
    line = lines[0]
    assert {name: line[name] for name in ("service", "event", "method", "path", "status", "request_id")} == {
        "service": "admin-ui",
        "event": "request",
        "method": "GET",
        "path": "/admin/clients",
        "status": 200,
        "request_id": given,
    }
    assert page.headers["X-Request-ID"] == given
    assert "something-private" not in output


@pytest.mark.parametrize("given", ["x", "F" * 32, "f" * 33, "<script>"])
def test_a_request_id_that_is_none_is_replaced(ui, given):
    answer = ui.test_client().get("/health", headers={"X-Request-ID": given})

    assert answer.headers["X-Request-ID"] != given
    assert len(answer.headers["X-Request-ID"]) == 32
