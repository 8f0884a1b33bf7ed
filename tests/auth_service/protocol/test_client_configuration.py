"""What a client does with its own registration (RFC 7592), and what nobody else does with it."""

import pytest

from auth_service.models import AccessToken, Client, Grant, RefreshToken
from auth_service.models.revocation import revoke_all
from auth_service.protocol import client as protocol_client
from auth_service.protocol import client_registration
from tests.auth_service.flow import authorize, get_code, parse_answer
from tests.auth_service.protocol.relying_party import decode

CALLBACK = "https://rp.example/callback"


@pytest.fixture(scope="module")
def settings(open_registration):
    """A server that lets everybody register."""
    return open_registration


@pytest.fixture
def registered(client):
    """Register a client; returns what it was told."""

    def make(**metadata):
        response = client.post("/oauth/register", json={"redirect_uris": [CALLBACK], **metadata})
        assert response.status_code == 201, response.text
        return response.json

    return make


@pytest.fixture
def call(client):
    """Call the configuration endpoint of a client, with its token or another's."""

    def send(method, told, token=None, **request):
        headers = {"Authorization": f"Bearer {token or told['registration_access_token']}"}
        return client.open(told["registration_client_uri"], method=method, headers=headers, **request)

    return send


def metadata_of(told) -> dict:
    """What a client sends back to change it, as RFC 7592 §2.2 wants it."""
    not_sent = ("registration_access_token", "registration_client_uri", "client_secret_expires_at")
    return {name: value for name, value in told.items() if name not in (*not_sent, "client_id_issued_at")}


def token_status(client, client_id: str, secret: str) -> tuple[int, str]:
    """How the token endpoint takes this secret; a wrong code is as far as a good one gets."""
    form = {"grant_type": "authorization_code", "code": "gac_x", "redirect_uri": CALLBACK}
    response = client.post("/oauth/token", data=form, auth=(client_id, secret))
    return response.status_code, response.json["error"]


GOOD, BAD = (400, "invalid_grant"), (401, "invalid_client")


@pytest.mark.rfc("7592 §2.1")
@pytest.mark.rfc("OIDC Registration §4.2")
def test_a_client_reads_its_registration(registered, call):
    told = registered(client_name="Ledger", post_logout_redirect_uris=["https://rp.example/bye"])
    response = call("GET", told)
    assert response.status_code == 200 and response.headers["Cache-Control"] == "no-store"
    secret = {"client_secret", "client_secret_expires_at"}
    assert response.json == {name: value for name, value in told.items() if name not in secret}
    assert call("GET", told).json == response.json  # its token is still the same


@pytest.mark.rfc("7592 §2.2")
@pytest.mark.rfc("7592 §2.3")
def test_a_change_is_answered_when_no_process_remembers_what_was(app, registered, call, monkeypatch):
    told, waits = registered(), []
    monkeypatch.setattr(app.extensions["gatehouse"].clients, "_cache_seconds", 5)
    monkeypatch.setattr(protocol_client, "sleep", waits.append)
    changed = call("PUT", told, json=metadata_of(told)).json
    assert call("DELETE", changed).status_code == 204
    assert waits == [protocol_client.JUST_NOW] * 2


@pytest.mark.rfc("7592 §2.2")
def test_a_change_replaces_all_and_takes_what_is_left_out_away(registered, call):
    told = registered(client_name="Ledger", logo_uri="https://rp.example/logo.png", require_auth_time=True)
    sent = {
        "client_id": told["client_id"],
        "redirect_uris": [f"{CALLBACK}/2"],
        "tos_uri": "https://rp.example/",
    }
    response = call("PUT", told, json=sent)
    assert response.status_code == 200, response.text
    changed = response.json
    assert (changed["redirect_uris"], changed["tos_uri"]) == ([f"{CALLBACK}/2"], "https://rp.example/")
    assert "logo_uri" not in changed and "client_name" not in changed
    assert changed["require_auth_time"] is False
    assert changed["client_id"] == told["client_id"]
    assert changed["client_id_issued_at"] == told["client_id_issued_at"]
    assert call("GET", changed).json["redirect_uris"] == [f"{CALLBACK}/2"]


@pytest.mark.rfc("7592 §2.2")
@pytest.mark.rfc("7592 §3")
def test_a_change_gives_another_token_and_the_old_one_is_over(registered, call):
    told = registered()
    changed = call("PUT", told, json=metadata_of(told)).json
    assert changed["registration_access_token"] != told["registration_access_token"]
    assert call("GET", told).status_code == 401
    assert call("GET", changed).status_code == 200


def silent(client, told, **parameters) -> dict:
    """What a client gets that may not ask."""
    asked = {"client_id": told["client_id"], "scope": "openid", "prompt": "none", **parameters}
    location = client.get("/oauth/authorize", query_string={"response_type": "code", **asked}).location
    return parse_answer(location).query


@pytest.mark.rfc("OIDC Core §3.1.2.4")
def test_who_allowed_it_at_one_host_is_asked_at_another(client, registered, call, username):
    told = registered(grant_types=["authorization_code", "refresh_token"])
    secret = (told["client_id"], told["client_secret"])
    form = {"grant_type": "authorization_code", "code": get_code(client, username, secret[0], scope="openid")}
    tokens = client.post("/oauth/token", data=form, auth=secret).json
    at_home = {**metadata_of(told), "redirect_uris": [f"{CALLBACK}/2"], "client_name": "Another"}
    told = call("PUT", told, json=at_home).json
    assert "code" in silent(client, told)
    elsewhere = {**metadata_of(told), "redirect_uris": [f"{CALLBACK}/2", "https://thief.example/callback"]}
    told = call("PUT", told, json=elsewhere).json
    for uri in elsewhere["redirect_uris"]:
        assert silent(client, told, redirect_uri=uri)["error"] == "consent_required"
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert client.post("/oauth/token", data=form, auth=secret).status_code == 200


def test_a_consent_in_the_moment_of_the_move_counts_for_nothing(
    client, registered, call, username, monkeypatch
):
    told, forget = registered(), client_registration.forget_consents

    def consent_first(client_id):
        monkeypatch.setattr(client_registration, "forget_consents", forget)
        forget(client_id)
        authorize(client, username, response_type="code", client_id=client_id, scope="openid")
        assert Grant.objects(client_id=client_id).count() == 1

    monkeypatch.setattr(client_registration, "forget_consents", consent_first)
    sent = {**metadata_of(told), "redirect_uris": ["https://thief.example/callback"]}
    assert call("PUT", told, json=sent).status_code == 200
    assert silent(client, told)["error"] == "consent_required"


@pytest.mark.rfc("8252 §7.3")
@pytest.mark.parametrize(
    ("before", "after", "remembered"),
    [
        (["http://127.0.0.1:4000/cb"], ["http://127.0.0.1:5000/cb"], True),
        (["http://127.0.0.1/cb"], ["http://localhost/cb"], False),
        (["com.example.app:/cb"], ["com.example.app://x/other"], True),
        (["com.example.app:/cb"], ["com.thief.app:/cb"], False),
        (
            ["https://a.example/", "https://b.example/"],
            ["https://b.example/", "https://a.example:443/"],
            True,
        ),
        (["https://a.example/", "https://b.example/"], ["https://a.example/"], True),
        (["https://a.example/"], ["https://a.example:8443/"], False),
        (["http://127.0.0.1/cb"], ["https://127.0.0.1/cb"], False),
    ],
)
def test_which_hosts_are_others(client, registered, call, user, clock, before, after, remembered):
    told = registered(application_type="native", redirect_uris=before)
    Grant.allow(user.id, told["client_id"], ["openid"], clock.now())
    changed = call("PUT", told, json={**metadata_of(told), "redirect_uris": after})
    assert changed.status_code == 200, changed.text
    assert Grant.covers(user.id, told["client_id"], ["openid"]) is remembered


@pytest.mark.rfc("OIDC Core §8.1")
def test_a_client_takes_nobody_along_into_another_sector(client, registered, call, username):
    """By a token from before it would learn by what subject the other app there knows the person."""
    told = registered(subject_type="pairwise", grant_types=["authorization_code", "refresh_token"])
    client_id, secret = told["client_id"], told["client_secret"]
    form = {"grant_type": "authorization_code", "code": get_code(client, username, client_id, scope="openid")}
    tokens = client.post("/oauth/token", data=form, auth=(client_id, secret)).json

    def userinfo():
        return client.get("/oauth/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})

    at_home = {**metadata_of(told), "redirect_uris": [f"{CALLBACK}/2"]}
    moved = call("PUT", told, json=at_home).json
    assert userinfo().status_code == 200
    call("PUT", moved, json={**at_home, "redirect_uris": ["https://victim.example/callback"]})
    assert userinfo().status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert client.post("/oauth/token", data=form, auth=(client_id, secret)).json["error"] == "invalid_grant"


@pytest.mark.rfc("OIDC Core §8.1")
def test_not_even_in_the_moment_of_the_move(app, client, registered, call, username, monkeypatch):
    """A refresh that arrives just before each revocation, however it is timed, learns nothing of the other sector."""
    told = registered(subject_type="pairwise", grant_types=["authorization_code", "refresh_token"])
    client_id, program = told["client_id"], app.test_client()
    credentials = (client_id, told["client_secret"])
    form = {"grant_type": "authorization_code", "code": get_code(client, username, client_id, scope="openid")}
    answers = [program.post("/oauth/token", data=form, auth=credentials).json]

    def refresh_first(**whose):
        form = {"grant_type": "refresh_token", "refresh_token": answers[-1].get("refresh_token", "none")}
        answers.append(program.post("/oauth/token", data=form, auth=credentials).json)
        return revoke_all(**whose)

    monkeypatch.setattr(client_registration, "revoke_all", refresh_first)
    sent = {**metadata_of(told), "redirect_uris": ["https://victim.example/callback"]}
    assert call("PUT", told, json=sent).status_code == 200
    subjects = [decode(answer["id_token"].split(".")[1])["sub"] for answer in answers if "id_token" in answer]
    assert len(answers) > len(subjects) and len(set(subjects)) == 1


@pytest.mark.rfc("7592 §2.2")
def test_a_secret_that_is_sent_along_stays(client, registered, call):
    told = registered()
    changed = call("PUT", told, json=metadata_of(told)).json
    assert changed["client_secret"] == told["client_secret"]
    assert token_status(client, told["client_id"], told["client_secret"]) == GOOD


@pytest.mark.rfc("7592 §2.2")
def test_a_secret_that_is_left_out_is_replaced(client, registered, call):
    told = registered()
    sent = metadata_of(told)
    del sent["client_secret"]
    changed = call("PUT", told, json=sent).json
    assert changed["client_secret"] != told["client_secret"]
    assert token_status(client, told["client_id"], told["client_secret"]) == BAD
    assert token_status(client, told["client_id"], changed["client_secret"]) == GOOD


@pytest.mark.rfc("7592 §2.2")
def test_a_secret_cannot_be_chosen(registered, call):
    told = registered()
    for secret in ("mine", "", 7, "\u00fc", registered()["client_secret"]):
        response = call("PUT", told, json={**metadata_of(told), "client_secret": secret})
        assert response.status_code == 400 and response.json["errors"][0]["field"] == "client_secret"


@pytest.mark.rfc("7592 §2.2")
@pytest.mark.parametrize("client_id", [None, "other", 7, ""])
def test_a_change_names_the_client_itself(registered, call, client_id):
    told = registered()
    response = call("PUT", told, json={**metadata_of(told), "client_id": client_id})
    assert response.json["error"] == "invalid_client_metadata"
    assert response.json["errors"][0]["field"] == "client_id"


@pytest.mark.rfc("7592 §2.2")
def test_what_cannot_be_registered_cannot_be_changed_to(registered, call):
    told = registered(client_name="Before")
    for change, field in (
        ({"redirect_uris": ["javascript:alert(1)"]}, "redirect_uris[0]"),
        ({"scope": "openid admin:read"}, "scope"),
        ({"grant_types": ["password"], "response_types": []}, "grant_types[0]"),
        ({"client_name": "\u202e"}, "client_name"),
    ):
        response = call("PUT", told, json={**metadata_of(told), **change})
        assert (response.status_code, response.json["errors"][0]["field"]) == (400, field)
    assert call("GET", told).json["client_name"] == "Before"


@pytest.mark.rfc("7592 §2.2")
def test_another_way_to_authenticate_brings_or_takes_the_secret(app, client, registered, call):
    sealer = app.extensions["gatehouse"].sealer
    told = registered()
    changed = call(
        "PUT", told, json={**metadata_of(told), "token_endpoint_auth_method": "client_secret_jwt"}
    ).json
    stored = Client.objects.get(client_id=told["client_id"])
    context = f"client_secret:{told['client_id']}"
    assert sealer.open(stored.encrypted_secret, context).decode() == told["client_secret"]
    public = call("PUT", changed, json={**metadata_of(changed), "token_endpoint_auth_method": "none"}).json
    assert "client_secret" not in public
    stored.reload()
    assert stored.secrets == [] and stored.encrypted_secret is None
    back = {**metadata_of(public), "token_endpoint_auth_method": "client_secret_basic"}
    again = call("PUT", public, json=back).json
    assert token_status(client, told["client_id"], again["client_secret"]) == GOOD


@pytest.mark.rfc("7592 §2")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_clients_registration_is_out_of_reach(registered, call, register, client, method):
    told, other = registered(client_name="Mine"), registered()
    body = {"json": metadata_of(told)} if method == "PUT" else {}
    by_an_operator = {"registration_client_uri": f"/oauth/register/{register()}"}
    nobody = {"registration_client_uri": "/oauth/register/nobody"}
    answers = [
        call(method, place, other["registration_access_token"], **body)
        for place in (told, by_an_operator, nobody)
    ]
    for answer in answers:
        assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
        assert answer.json["error_description"] == answers[0].json["error_description"]
    without = client.open(told["registration_client_uri"], method=method, **body)
    assert (without.status_code, without.json["error"]) == (401, "unauthorized")
    assert without.headers["WWW-Authenticate"] == 'Bearer realm="gatehouse"'
    assert call("GET", told).json["client_name"] == "Mine"


@pytest.mark.rfc("7592 §2")
def test_neither_secrets_nor_other_tokens_open_it(registered, call, username, client):
    told = registered(scope="openid")
    answer = authorize(
        client,
        username,
        response_type="code",
        client_id=told["client_id"],
        redirect_uri=CALLBACK,
        scope="openid",
    )
    form = {"grant_type": "authorization_code", "code": answer.query["code"], "redirect_uri": CALLBACK}
    access = client.post("/oauth/token", data=form, auth=(told["client_id"], told["client_secret"])).json
    for token in (told["client_secret"], access["access_token"], "\u00e9", "gra_" + "x" * 43):
        assert call("GET", told, token).status_code in (400, 401)
    basic = client.get(told["registration_client_uri"], auth=(told["client_id"], told["client_secret"]))
    assert basic.status_code == 401


@pytest.mark.rfc("7592 §2.3")
def test_a_client_that_deletes_itself_takes_everything_along(client, registered, call, username):
    told = registered(grant_types=["authorization_code", "refresh_token"])
    answer = authorize(
        client,
        username,
        response_type="code",
        client_id=told["client_id"],
        redirect_uri=CALLBACK,
        scope="openid offline_access",
        prompt="consent",
    )
    form = {"grant_type": "authorization_code", "code": answer.query["code"], "redirect_uri": CALLBACK}
    assert (
        client.post("/oauth/token", data=form, auth=(told["client_id"], told["client_secret"])).status_code
        == 200
    )
    response = call("DELETE", told)
    assert (response.status_code, response.data) == (204, b"")
    for document in (AccessToken, RefreshToken, Grant, Client):
        assert document.objects(client_id=told["client_id"]).first() is None
    for method in ("GET", "DELETE"):
        assert call(method, told).status_code == 401
    assert token_status(client, told["client_id"], told["client_secret"]) == BAD


@pytest.mark.rfc("7592 §4")
@pytest.mark.parametrize(
    "rights",
    [
        {"resource_server": True},
        {"scope": "openid admin:read"},
        {"consent_required": False},
        {"audience": ["https://api.example"]},
    ],
)
def test_a_client_that_an_administrator_raised_does_not_change_itself(registered, call, rights):
    told = registered()
    Client.objects(client_id=told["client_id"]).update(**rights)
    response = call("PUT", told, json=metadata_of(told))
    assert (response.status_code, response.json["error"]) == (403, "access_denied")
    assert call("GET", told).status_code == 200


def test_a_disabled_client_does_not_manage_itself(registered, call, clock):
    told = registered()
    Client.objects(client_id=told["client_id"]).update(disabled_at=clock.now())
    assert {call(method, told, json={}).status_code for method in ("GET", "PUT", "DELETE")} == {401}


def test_what_an_administrator_added_to_the_scope_may_stay(registered, call):
    told = registered(scope="openid")
    Client.objects(client_id=told["client_id"]).update(scope="openid notes:read")
    changed = call("PUT", told, json={**metadata_of(told), "scope": "openid notes:read"}).json
    assert changed["scope"] == "openid notes:read"
    more = call("PUT", changed, json={**metadata_of(changed), "scope": "openid notes:write"})
    assert more.json["errors"][0]["field"] == "scope"


@pytest.mark.rfc("7592 §2.2")
def test_of_two_changes_at_once_one_is_told(app, registered, call, monkeypatch):
    told = registered()
    from auth_service.protocol import client_configuration

    check = client_configuration.registration.check

    def somebody_else_is_quicker(server, metadata, current=None):
        monkeypatch.setattr(client_configuration.registration, "check", check)
        assert call("PUT", told, json={**metadata_of(told), "client_name": "First"}).status_code == 200
        return check(server, metadata, current)

    monkeypatch.setattr(client_configuration.registration, "check", somebody_else_is_quicker)
    assert call("PUT", told, json={**metadata_of(told), "client_name": "Second"}).status_code == 409
    assert Client.objects.get(client_id=told["client_id"]).client_name == "First"


@pytest.mark.rfc("7592 §2")
def test_other_methods_are_refused(registered, call):
    response = call("PATCH", registered(), json={})
    assert (response.status_code, response.json["error"]) == (405, "method_not_allowed")
