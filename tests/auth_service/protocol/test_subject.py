"""Subject identifiers (OIDC Core §8): public ones, and pairwise ones that cannot be joined across sectors."""

import pytest

from auth_service.models import Session
from tests.auth_service.conftest import basic
from tests.auth_service.flow import get_code, redeem
from tests.auth_service.protocol.relying_party import verify


@pytest.fixture
def pairwise(register):
    """Register a client with pairwise subjects on that host."""

    def make(host, **metadata):
        uris = {"redirect_uris": [f"https://{host}/callback"]} | metadata
        return register(subject_type="pairwise", id_token_signed_response_alg="ES256", **uris)

    return make


@pytest.fixture
def sign_in_at(client, username):
    """What the client gets when the person signs in there."""

    def redeemed(client_id, **redirect_uri):
        code = get_code(client, username, client_id, scope="openid profile", **redirect_uri)
        return redeem(client, client_id, code, **redirect_uri).json

    return redeemed


@pytest.fixture
def told(client, sign_in_at):
    """The id_token's claims that the client gets when the person signs in there."""

    def claims_at(client_id, **redirect_uri):
        return verify(client, sign_in_at(client_id, **redirect_uri)["id_token"], "ES256").claims

    return claims_at


@pytest.mark.rfc("OIDC Core §8.1")
def test_two_sectors_cannot_be_joined(pairwise, told, user):
    one, other = told(pairwise("one.example")), told(pairwise("other.example"))
    assert len({one["sub"], other["sub"], user.id}) == 3
    sid = Session.objects(sub=user.id).first().public_id
    assert len({one["sid"], other["sid"], sid}) == 3, "the same session would join them"
    shared = {name for name in one if one[name] == other.get(name)}
    assert shared <= {"iss", "iat", "exp", "auth_time", "amr", "acr"}


@pytest.mark.rfc("OIDC Core §8.1")
def test_one_sector_has_one_subject(pairwise, told):
    subjects = {told(pairwise("one.example"))["sub"] for _ in range(2)}
    # A port and a path are not a host; letters are of one case there (RFC 3986 §3.2.2).
    subjects.add(told(pairwise("one.example", redirect_uris=["https://ONE.example:8443/elsewhere"]))["sub"])
    assert len(subjects) == 1


@pytest.mark.rfc("OIDC Core §8.1")
def test_the_sector_identifier_joins_several_hosts(pairwise, told):
    hosts = {
        "sector_identifier_uri": "https://one.example/uris.json",
        "redirect_uris": ["https://one.example/callback", "https://two.example/callback"],
    }
    redirect_uri = {"redirect_uri": "https://two.example/callback"}
    assert told(pairwise("", **hosts), **redirect_uri)["sub"] == told(pairwise("one.example"))["sub"]
    assert told(pairwise("", **hosts), **redirect_uri)["sub"] != told(pairwise("two.example"))["sub"]


def test_without_one_host_a_client_is_its_own_sector(pairwise, told):
    """Registration refuses it; a client that was changed by hand shares nothing, rather than everything."""
    hosts = {"redirect_uris": ["https://one.example/callback", "https://two.example/callback"]}
    redirect_uri = {"redirect_uri": "https://two.example/callback"}
    first, second = (told(pairwise("", **hosts), **redirect_uri)["sub"] for _ in range(2))
    assert first != second


@pytest.mark.rfc("OIDC Core §8.1")
def test_an_apps_own_scheme_leads_into_no_hosts_sector(pairwise, told):
    """Whatever name stands after it, the answer goes to the app."""
    app = pairwise("", redirect_uris=["com.evil.app://one.example/callback"], application_type="native")
    assert told(app)["sub"] != told(pairwise("one.example"))["sub"]


@pytest.mark.rfc("OIDC Core §8.1")
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
def test_on_loopback_apps_have_nothing_in_common(pairwise, told, host):
    """Each program of a person's machine can be answered there, whoever wrote it."""
    native = {"redirect_uris": [f"http://{host}/callback"], "application_type": "native"}
    first, second = (told(pairwise("", **native))["sub"] for _ in range(2))
    assert first != second
    sector = {"sector_identifier_uri": "https://one.example/uris.json", **native}
    assert told(pairwise("", **sector))["sub"] == told(pairwise("one.example"))["sub"]


@pytest.mark.rfc("OIDC Core §8.1")
def test_two_people_have_two_subjects(app, client, pairwise, username):
    client_id = pairwise("one.example")
    subjects = set()
    for browser, name in ((client, username), (app.test_client(), f"{username}-2")):
        tokens = redeem(browser, client_id, get_code(browser, name, client_id, scope="openid")).json
        subjects.add(verify(client, tokens["id_token"], "ES256").claims["sub"])
    assert len(subjects) == 2


@pytest.mark.rfc("OIDC Core §5.3.2")
@pytest.mark.rfc("OIDC Core §12.2")
def test_a_client_hears_one_subject_everywhere(client, pairwise, sign_in_at, register, user):
    client_id = pairwise("one.example")
    tokens = sign_in_at(client_id)
    sub = verify(client, tokens["id_token"], "ES256").claims["sub"]
    header = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert client.get("/oauth/userinfo", headers=header).json["sub"] == sub

    def introspect(caller, token):
        return client.post("/oauth/introspect", data={"token": token}, auth=basic(caller)).json["sub"]

    assert (
        introspect(client_id, tokens["access_token"]) == introspect(client_id, tokens["refresh_token"]) == sub
    )
    api = register(resource_server=True, grant_types=[])
    assert introspect(api, tokens["access_token"]) == user.id, "an API must know whose data it is"
    answer = client.post("/oauth/introspect", data={"token": tokens["access_token"]}, auth=basic(api)).json
    assert answer["client_sub"] == sub, "and how to name the person to the client"
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    refreshed = client.post("/oauth/token", data=form, auth=basic(client_id)).json
    assert verify(client, refreshed["id_token"], "ES256").claims["sub"] == sub


@pytest.mark.rfc("7662 §2.2")
def test_a_pairwise_clients_own_token_has_the_client_as_subject(client, pairwise):
    client_id = pairwise("one.example")
    form = {"grant_type": "client_credentials"}
    token = client.post("/oauth/token", data=form, auth=basic(client_id)).json["access_token"]
    answer = client.post("/oauth/introspect", data={"token": token}, auth=basic(client_id))
    assert answer.json["sub"] == client_id


@pytest.mark.rfc("OIDC Core §8")
def test_public_is_the_default(register, told, user):
    for metadata in ({}, {"subject_type": "public"}):
        assert told(register(id_token_signed_response_alg="ES256", **metadata))["sub"] == user.id


@pytest.mark.rfc("OIDC Discovery §3")
def test_both_types_are_announced(client):
    document = client.get("/.well-known/openid-configuration").json
    assert document["subject_types_supported"] == ["public", "pairwise"]
