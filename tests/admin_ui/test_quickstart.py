"""A client's ready lines: they name it, prove it as it proves itself, and call what its scope opens."""

import re
from html import unescape

import pytest


def test_ready_lines_have_the_clients_own_ids(admin):
    page = admin.open("/admin/clients/demo-web")

    assert "curl -u demo-web:&#34;$CLIENT_SECRET&#34;" in page.text
    assert "client_id=demo-web" in page.text
    assert "redirect_uri=http://127.0.0.1:4600/callback" in page.text
    assert "grant_type=client_credentials" in admin.open("/admin/clients/demo-service").text
    assert "/oauth/introspect" in admin.open("/admin/clients/demo-api").text


@pytest.mark.parametrize(
    ("client_id", "credential"),
    [("demo-web", 'client_secret="..."'), ("demo-spa", 'token_endpoint_auth_method="none"')],
)
def test_the_ready_lines_for_python_are_indented_as_python_wants_it(admin, client_id, credential):
    page = unescape(admin.open(f"/admin/clients/{client_id}").text)
    code = page.split('id="quickstart-python"')[1].split(">", 1)[1].split("</pre>")[0]

    call = code.split("OAuth2Session(\n")[1].split("\n)")[0].splitlines()
    assert f"    {credential}," in call
    assert all(re.match("    [a-z]", line) for line in call)
    compile(code, "quickstart", "exec")


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("client_secret_post", '-d client_secret="$CLIENT_SECRET"'),
        ("client_secret_jwt", '-d client_assertion="$CLIENT_ASSERTION"'),
    ],
)
def test_ready_lines_prove_the_client_by_its_own_method(admin, new_client, method, arguments):
    client = new_client(token_endpoint_auth_method=method)
    page = unescape(admin.open(f"/admin/clients/{client['client_id']}").text)

    assert arguments in page and "curl -u" not in page
    assert "quickstart-python" not in page


def test_ready_lines_cannot_break_out_of_the_shell(admin, new_client):
    client = new_client(
        redirect_uris=["https://a.example/';rm$(x)"],
        grant_types=["authorization_code"],
        token_endpoint_auth_method="none",
    )

    page = admin.open(f"/admin/clients/{client['client_id']}")

    assert "&#39;redirect_uri=https://a.example/&#39;&#34;&#39;&#34;&#39;;rm$(x)&#39;" in page.text
