"""Clients that register themselves: who may, what they may have, what they are told."""

import json
import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from auth_service.models import AccessToken, Client, InitialAccessToken
from auth_service.models.secret import hash_secret
from auth_service.protocol.client_registration import METADATA
from auth_service.protocol.registration import PER_ADDRESS
from tests.auth_service.flow import authorize
from tests.auth_service.protocol.remote_server import reply, serving

CALLBACK = "https://rp.example/callback"
PUBLIC_KEY = ECKey.generate_key("P-256").as_dict(private=False)


@pytest.fixture(scope="module")
def settings(open_registration):
    """A server that lets everybody register."""
    return open_registration


@pytest.fixture
def mode(app, monkeypatch):
    """Change the server's settings for one test."""
    gatehouse = app.extensions["gatehouse"]

    def change(**settings):
        monkeypatch.setattr(gatehouse, "settings", gatehouse.settings.model_copy(update=settings))
        forget_documents()

    def forget_documents():  # a process makes them once, since its settings do not change
        for name in ("openid_provider_metadata", "authorization_server_metadata"):
            gatehouse.__dict__.pop(name, None)

    yield change
    forget_documents()


@pytest.fixture
def post(client):
    """Send a registration; `token` is an initial access token, `address` where it comes from."""
    places = iter(range(256))

    def send(metadata=None, token=None, address=None, **request):
        body = {"redirect_uris": [CALLBACK], **(metadata or {})}
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        where = {"REMOTE_ADDR": address or f"198.51.100.{next(places)}"}
        request = {"json": body} | request
        return client.post("/oauth/register", headers=headers, environ_overrides=where, **request)

    return send


@pytest.fixture
def initial_access_token(app, clock):
    """Make one that is good for so many clients and seconds."""

    def make(uses=1, seconds=60) -> str:
        token = f"gia_{clock.now().timestamp()}{uses}{InitialAccessToken.objects.count()}"
        InitialAccessToken(
            id=hash_secret(token),
            name="Test",
            uses=uses,
            remaining=uses,
            created_by="x",
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(seconds=seconds),
        ).save()
        return token

    return make


def faults(response) -> dict[str, str]:
    assert response.status_code == 400, (response.status_code, response.text)
    assert response.json["error"] in ("invalid_redirect_uri", "invalid_client_metadata")
    assert response.headers["Cache-Control"] == "no-store"
    named = {fault["field"]: fault["message"] for fault in response.json["errors"]}
    assert all(field in response.json["error_description"] for field in named)
    return named


@pytest.mark.rfc("7591 §3.2.1")
@pytest.mark.rfc("OIDC Registration §3.2")
@pytest.mark.conformance("oidcc-server-client-secret-post")
def test_what_is_left_out_is_told_as_it_holds(client, post, clock):
    response = post({"client_name": "Ledger", "colour": "red", "client_name#fr": "Registre"})
    assert response.status_code == 201
    assert response.headers["Content-Type"] == "application/json"
    assert (response.headers["Cache-Control"], response.headers["Pragma"]) == ("no-store", "no-cache")
    told = response.json
    client_id = told["client_id"]
    assert told.pop("client_secret").startswith("gcs_") and told.pop("registration_access_token")
    assert told == {
        "client_id": client_id,
        "client_id_issued_at": int(clock.now().timestamp()),
        "client_secret_expires_at": 0,
        "registration_client_uri": f"http://127.0.0.1:5000/oauth/register/{client_id}",
        "client_name": "Ledger",
        "application_type": "web",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "scope": "openid profile email address phone offline_access",
        "token_endpoint_auth_method": "client_secret_basic",
        "subject_type": "public",
        "id_token_signed_response_alg": "RS256",
        "require_auth_time": False,
        "backchannel_logout_session_required": False,
        "frontchannel_logout_session_required": False,
    }


@pytest.mark.rfc("7591 §3.2.1")
@pytest.mark.rfc("OIDC Core §3.1")
def test_a_client_that_registered_itself_signs_people_in(client, post, username):
    told = post({"scope": "openid email"}).json
    answer = authorize(
        client,
        username,
        response_type="code",
        client_id=told["client_id"],
        redirect_uri=CALLBACK,
        scope="openid",
    )
    form = {"grant_type": "authorization_code", "code": answer.query["code"], "redirect_uri": CALLBACK}
    tokens = client.post("/oauth/token", data=form, auth=(told["client_id"], told["client_secret"]))
    assert tokens.status_code == 200 and tokens.json["id_token"]


@pytest.mark.rfc("7591 §2")
@pytest.mark.parametrize(
    ("metadata", "has_secret", "is_sealed"),
    [
        ({"token_endpoint_auth_method": "client_secret_post"}, True, False),
        ({"token_endpoint_auth_method": "client_secret_jwt"}, True, True),
        ({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [PUBLIC_KEY]}}, False, False),
        ({"token_endpoint_auth_method": "none"}, False, False),
    ],
)
def test_a_secret_is_made_where_the_method_needs_one(app, post, metadata, has_secret, is_sealed):
    told = post(metadata).json
    stored = Client._get_collection().find_one({"_id": told["client_id"]})
    assert ("client_secret" in told) == ("client_secret_expires_at" in told) == has_secret
    assert bool(stored["secrets"]) == has_secret
    assert (stored.get("encrypted_secret") is not None) == is_sealed
    if is_sealed:
        opened = app.extensions["gatehouse"].sealer.open(
            stored["encrypted_secret"], f"client_secret:{told['client_id']}"
        )
        assert opened.decode() == told["client_secret"]
    assert told.get("client_secret", "gcs_") not in repr(stored)
    assert stored["registration_access_token"] == hash_secret(told["registration_access_token"])


@pytest.mark.rfc("7591 §5")
def test_credentials_are_in_no_view(app, post):
    told = post({"token_endpoint_auth_method": "client_secret_jwt"}).json
    shown = Client._get_collection().database.client_profiles.find_one({"_id": told["client_id"]})
    assert shown["client_id" if "client_id" in shown else "_id"] == told["client_id"]
    assert not {"secrets", "encrypted_secret", "registration_access_token"} & set(shown)


@pytest.mark.rfc("7591 §5")
def test_what_is_ours_cannot_be_set(post):
    ours = {
        "resource_server": True,
        "consent_required": False,
        "profile": "compat",
        "owner": "admin",
        "audience": ["https://api.example"],
        "access_token_format": "jwt",
        "client_id": "mine",
        "client_secret": "mine",
        "disabled_at": None,
        "secrets": [],
        "registration_access_token": "mine",
    }
    told = post(ours).json
    stored = Client.objects.get(client_id=told["client_id"])
    assert told["client_id"] != "mine" and told["client_secret"] != "mine"
    assert (stored.resource_server, stored.consent_required, stored.owner) == (False, True, None)
    assert (stored.audience, stored.access_token_format, stored.profile) == ([], "opaque", None)


@pytest.mark.rfc("7591 §3.2.2")
@pytest.mark.conformance("oidcc-redirect-uri-regfrag")
@pytest.mark.parametrize(
    ("metadata", "error", "field"),
    [
        ({"redirect_uris": [CALLBACK, f"{CALLBACK}#f"]}, "invalid_redirect_uri", "redirect_uris[1]"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri", "redirect_uris[0]"),
        ({"redirect_uris": [f"{CALLBACK}/{n}" for n in range(1000)]}, "invalid_redirect_uri", "redirect_uris"),
        ({"redirect_uris": []}, "invalid_redirect_uri", "redirect_uris"),
        ({"redirect_uris": "x"}, "invalid_redirect_uri", "redirect_uris"),
        ({"logo_uri": "javascript:alert(1)"}, "invalid_client_metadata", "logo_uri"),
        ({"client_uri": "data:text/html,x"}, "invalid_client_metadata", "client_uri"),
        ({"tos_uri": 7}, "invalid_client_metadata", "tos_uri"),
        ({"scope": "openid admin:read"}, "invalid_client_metadata", "scope"),
        ({"scope": "openid notes:read"}, "invalid_client_metadata", "scope"),
        ({"scope": "clients:own"}, "invalid_client_metadata", "scope"),
        ({"grant_types": ["password"]}, "invalid_client_metadata", "grant_types[0]"),
        ({"response_types": ["none"]}, "invalid_client_metadata", "response_types[0]"),
        ({"token_endpoint_auth_method": "tls_client_auth"}, "invalid_client_metadata", "token_endpoint_auth_method"),
    ],
)  # fmt: skip
def test_the_wrong_field_is_named(post, metadata, error, field):
    response = post(metadata)
    assert list(faults(response)) == [field]
    assert response.json["error"] == error


def test_administration_is_never_given_whatever_the_setting_says(mode, post):
    mode(registration_scope="openid admin:write clients:own nonsense")
    assert post().json["scope"] == "openid"
    assert list(faults(post({"scope": "openid admin:write"}))) == ["scope"]


@pytest.mark.rfc("OIDC Registration §2")
@pytest.mark.parametrize("uri", ["http://127.0.0.1:4600/cb", "http://localhost/cb", "https://localhost/cb"])
@pytest.mark.parametrize("response_type", ["token", "id_token", "token id_token", "code token"])
def test_front_channel_answers_go_over_https_and_never_to_localhost(post, uri, response_type):
    metadata = {
        "redirect_uris": [uri],
        "response_types": [response_type],
        "token_endpoint_auth_method": "none",
    }
    assert list(faults(post(metadata))) == ["redirect_uris[0]"]
    if uri.startswith("http:"):
        assert post({**metadata, "application_type": "native"}).status_code == 201


@pytest.mark.rfc("7591 §3.1.1")
def test_software_statements_are_refused(post):
    response = post({"software_statement": "eyJhbGciOiJub25lIn0.e30."})
    assert (response.status_code, response.json["error"]) == (400, "unapproved_software_statement")
    assert post({"software_statement": None}).status_code == 201


@pytest.mark.rfc("7591 §2")
def test_null_is_as_if_left_out(post):
    told = post({"logo_uri": None, "grant_types": None, "jwks": None}).json
    assert told["grant_types"] == ["authorization_code"] and "logo_uri" not in told


@pytest.mark.rfc("7591 §3.1")
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[" * 60000, "application/json", 400),
        (b'{"client_name": "\\ud800"}', "application/json", 400),
        (b'{"client_name": "\xff"}', "application/json", 400),
        (b"1" * 5000, "application/json", 400),
        (b'{"client_name": "' + b"x" * 70_000 + b'"}', "application/json", 413),
    ],
)
def test_anything_but_a_json_object_is_refused(post, body, content_type, status):
    response = post(json=None, data=body, content_type=content_type)
    assert response.status_code == status
    assert response.json["error_description"].isascii() and response.json["request_id"]


@pytest.mark.rfc("7591 §3")
def test_a_closed_server_says_so_and_announces_nothing(client, mode, post):
    announced = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"
    for document in announced:
        assert client.get(document).json["registration_endpoint"] == "http://127.0.0.1:5000/oauth/register"
    mode(registration="closed")
    response = post()
    assert (response.status_code, response.json["error"]) == (403, "access_denied")
    for document in announced:
        assert "registration_endpoint" not in client.get(document).json


@pytest.mark.rfc("7591 §3")
def test_an_initial_access_token_registers_as_many_as_it_says(mode, post, initial_access_token):
    mode(registration="initial_access_token")
    token = initial_access_token(uses=2)
    assert post({"scope": "nonsense"}, token).status_code == 400  # which takes no use
    assert [post(token=token).status_code for _ in range(3)] == [201, 201, 401]


@pytest.mark.rfc("7591 §3")
@pytest.mark.rfc("6750 §3.1")
def test_without_a_good_initial_access_token_there_is_a_challenge(
    mode, client, post, clock, initial_access_token
):
    mode(registration="initial_access_token")
    response = post()
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Bearer realm="gatehouse"')
    assert response.json["error"] == "unauthorized"
    expired = initial_access_token(seconds=60)
    clock.advance(seconds=60)
    for token in (expired, "gia_unknown", "gat_" + "x" * 43):
        response = post(token=token)
        assert (response.status_code, response.json["error"]) == (401, "invalid_token")
        assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


@pytest.mark.rfc("7591 §5")
def test_parallel_registrations_do_not_share_a_use(app, clock, mode, initial_access_token):
    mode(registration="initial_access_token")
    token, statuses = initial_access_token(uses=3), []

    def send():
        response = app.test_client().post(
            "/oauth/register",
            json={"redirect_uris": [CALLBACK]},
            headers={"Authorization": f"Bearer {token}"},
        )
        statuses.append(response.status_code)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] * 3 + [401] * 5


@pytest.mark.rfc("7591 §5")
def test_one_address_cannot_register_without_end(client, post, mode, clock, monkeypatch):
    mode(demo=False)
    monkeypatch.setattr("auth_service.protocol.registration.PER_ADDRESS", 3)
    assert PER_ADDRESS >= 50  # a run of the conformance suite comes from one address
    flood = {"address": "203.0.113.9"}
    assert [post(**flood).status_code for _ in range(2)] == [201, 201]
    assert post({"scope": "nonsense"}, **flood).status_code == 400  # which counts too
    assert post(**flood).status_code == 429
    refused = post(**flood)
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert refused.json["error"] == "temporarily_unavailable"
    told = post(address="203.0.113.10").json
    headers = {"Authorization": f"Bearer {told['registration_access_token']}"}
    place, flooding = told["registration_client_uri"], {"REMOTE_ADDR": "203.0.113.9"}
    assert client.put(place, json={}, headers=headers, environ_overrides=flooding).status_code == 429
    assert client.get(place, headers=headers, environ_overrides=flooding).status_code == 200
    clock.advance(hours=1)
    assert post(**flood).status_code == 201


@pytest.mark.rfc("7591 §5")
def test_neither_token_nor_secret_is_logged(post, capsys):
    told = post(token="gia_never-to-be-logged").json
    logged = capsys.readouterr().out
    assert "client_registered" in logged and told["client_id"] in logged
    for secret in (told["client_secret"], told["registration_access_token"], "gia_never-to-be-logged"):
        assert secret not in logged


def test_registering_gives_no_token(post):
    told = post().json
    assert AccessToken.objects(client_id=told["client_id"]).first() is None


@pytest.mark.rfc("7591 §5")
@pytest.mark.rfc("7523 §3")
def test_another_clients_keys_are_of_no_use(client, post, clock):
    """Who registers the `jwks_uri` of somebody else gets nothing that this other one signs taken for its own."""
    key = ECKey.generate_key("P-256", {"kid": "b"})
    published = json.dumps({"keys": [key.as_dict(private=False)]}).encode()
    with serving() as host:
        host.answer = lambda handler: reply(handler, published)
        keys = {"jwks_uri": host.url("/jwks"), "token_endpoint_auth_method": "private_key_jwt"}
        more = {"grant_types": ["client_credentials"], "scope": "openid"}
        victim, thief = (post({**keys, **more}).json["client_id"] for _ in range(2))

        def authenticate(signed_for: str, jti: str, **form):
            now = int(clock.now().timestamp())
            claims = {"iss": signed_for, "sub": signed_for, "aud": "http://127.0.0.1:5000", "jti": jti}
            assertion = jwt.encode({"alg": "ES256", "kid": "b"}, claims | {"iat": now, "exp": now + 60}, key)
            form |= {"grant_type": "client_credentials", "client_assertion": assertion}
            form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            return client.post("/oauth/token", data=form)

        assert authenticate(victim, "1", client_id=thief).status_code == 401
        taken = authenticate(victim, "2")
        assert taken.status_code == 200, taken.text
        assert AccessToken.objects.get(id=hash_secret(taken.json["access_token"])).client_id == victim
        assert AccessToken.objects(client_id=thief).first() is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3)
    ),
    max_leaves=5,
)
plausible = st.sampled_from(
    [
        [CALLBACK],
        ["code", "id_token"],
        ["authorization_code", "implicit"],
        {"keys": [PUBLIC_KEY]},
        {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]},
        {"keys": [{"kty": "EC", "crv": "P-256", "x": "é", "y": "\x00"}]},
        "https://[::1/",
        "https://rp.example:99999/",
        "//rp.example",
        "pairwise",
        "RS256",
        "RSA-OAEP-256",
        "private_key_jwt",
        "none",
        2**70,
        "\x00",
    ]
)


@pytest.mark.thorough
@pytest.mark.rfc("7591 §3.2.2")
def test_no_registration_at_all_is_a_fault_of_the_server(app, client, clock):
    fields = st.sampled_from([*METADATA, "software_statement", "client_id"])

    @given(body=st.dictionaries(fields, anything | plausible, max_size=5), where=st.integers(0, 10**6))
    @hypothesis_settings(
        max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def attempt(body, where):
        body.setdefault("redirect_uris", [CALLBACK])
        body.pop("sector_identifier_uri", None)  # names elsewhere are looked up: that has tests of its own
        address = {"REMOTE_ADDR": f"10.{where % 250}.{where // 250 % 250}.1"}
        response = client.post(
            "/oauth/register",
            data=json.dumps(body),
            content_type="application/json",
            environ_overrides=address,
        )
        assert response.status_code in (201, 400), (body, response.text)
        if response.status_code == 201:
            stored = Client.objects.get(client_id=response.json["client_id"])
            assert not stored.resource_server and stored.consent_required
            assert "admin" not in stored.scope and "password" not in stored.grant_types
        else:
            assert response.json["error_description"].isascii()

    attempt()
