"""The device authorization endpoint: who may begin, and what is handed out (RFC 8628 §3.1, §3.2, §6.1)."""

import re

import pytest

from auth_service.models import DeviceCode
from auth_service.models.secret import hash_secret
from auth_service.protocol.client_metadata import InvalidClientMetadata, validate
from auth_service.protocol.profile import COMPAT, DEVICE_CODE, OAUTH21
from auth_service.protocol.user_code import ALPHABET, normalise
from tests.auth_service.conftest import basic
from tests.auth_service.device_flow import device_client, start


@pytest.fixture
def client_id(register):
    return device_client(register)


@pytest.mark.rfc("8628 §3.2")
def test_two_codes_and_where_to_go(client, client_id):
    response = start(client, client_id, scope="profile")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    body = response.json
    assert body["verification_uri"] == "http://127.0.0.1:5000/device"
    assert body["verification_uri_complete"] == f"{body['verification_uri']}?user_code={body['user_code']}"
    assert (body["expires_in"], body["interval"]) == (600, 5)
    assert re.fullmatch(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", body["user_code"])


@pytest.mark.rfc("8628 §5.2")
def test_neither_code_stands_in_the_database(client, client_id):
    body = start(client, client_id).json
    stored = DeviceCode._get_collection().find_one({"_id": hash_secret(body["device_code"])})
    assert body["device_code"] not in str(stored)
    assert body["user_code"] not in str(stored)
    # Nor can the short one be found by trying: it is hashed with a key.
    assert stored["user_code"] != hash_secret(body["user_code"])


@pytest.mark.rfc("8628 §3.1")
@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"scope": "notes:write"}, "invalid_scope"),
        ({"scope": "no-such"}, "invalid_scope"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"client_id": ["a", "b"]}, "invalid_request"),
        ({"client_secret": "guess"}, "invalid_client"),
    ],
)
def test_what_is_refused(client, client_id, parameters, error):
    form = {"client_id": client_id} | parameters
    response = client.post("/oauth/device_authorization", data=form)
    assert response.status_code == (401 if error == "invalid_client" else 400)
    assert response.json["error"] == error


@pytest.mark.rfc("8628 §3.1")
def test_only_clients_of_this_grant(client, register):
    client_id = register(token_endpoint_auth_method="none")
    assert start(client, client_id).json["error"] == "unauthorized_client"


@pytest.mark.rfc("8628 §3.1")
def test_a_confidential_client_authenticates(client, register):
    client_id = device_client(register, token_endpoint_auth_method="client_secret_basic")
    assert start(client, client_id).json["error"] == "invalid_client"
    response = client.post("/oauth/device_authorization", data={}, auth=basic(client_id))
    assert response.status_code == 200


@pytest.mark.rfc("8628 §3.1")
def test_parameters_belong_in_the_body(client, client_id):
    response = client.post(f"/oauth/device_authorization?client_id={client_id}")
    assert response.json["error"] == "invalid_request"


@pytest.mark.rfc("8628 §4")
def test_the_metadata_says_where_it_is(client):
    for document in ("openid-configuration", "oauth-authorization-server"):
        metadata = client.get(f"/.well-known/{document}").json
        assert metadata["device_authorization_endpoint"] == "http://127.0.0.1:5000/oauth/device_authorization"
        assert DEVICE_CODE in metadata["grant_types_supported"]


@pytest.mark.rfc("8628 §6.1")
@pytest.mark.parametrize("typed", ["WDJB-MJHT", "wdjbmjht", " wdjb mjht ", "W.D.J.B_M.J.H.T", "wdjb-mjht\n"])
def test_how_a_code_is_typed_does_not_matter(typed):
    assert normalise(typed) == "WDJB-MJHT"


@pytest.mark.rfc("8628 §6.1")
@pytest.mark.parametrize(
    "typed", ["", "WDJB", "WDJB-MJHTB", "AEIO-UAEI", "WDJB-MJH1", "ÄÖÜß\x00\ud800", "B" * 9999]
)
def test_what_is_no_code(typed):
    assert normalise(typed) is None


@pytest.mark.rfc("7591 §2")
@pytest.mark.parametrize("profile", [COMPAT, OAUTH21])
def test_a_device_is_registered_without_redirect_uris(profile):
    registered = validate({"grant_types": [DEVICE_CODE, "refresh_token"]}, profile)
    assert (registered["response_types"], registered["redirect_uris"]) == ([], [])
    assert registered["scope"] == "openid profile email"


@pytest.mark.rfc("OIDC Core §8.1")
def test_without_redirect_uris_there_is_no_sector_to_belong_to():
    """Any document lists all of no redirect URIs: the client would see the subjects of whatever sector it names."""
    pairwise = {"subject_type": "pairwise", "sector_identifier_uri": "https://victim.example/sector.json"}
    with pytest.raises(InvalidClientMetadata) as refused:
        validate({"grant_types": ["client_credentials"], **pairwise}, COMPAT)
    assert [field for field, _ in refused.value.faults] == ["subject_type"]


@pytest.mark.rfc("OIDC Core §8.1")
@pytest.mark.parametrize("named", [{}, {"sector_identifier_uri": "https://victim.example/sector.json"}])
@pytest.mark.parametrize("grant", [DEVICE_CODE, "password"])
def test_a_client_enters_no_sector_by_redirect_uris_that_it_does_not_need(grant, named):
    """It gets its answers without them: the client would learn by what subject another knows a person."""
    theirs = {"redirect_uris": ["https://victim.example/callback"], "subject_type": "pairwise", **named}
    with pytest.raises(InvalidClientMetadata) as refused:
        validate({"grant_types": ["authorization_code", grant], **theirs}, COMPAT)
    assert [field for field, _ in refused.value.faults] == ["subject_type"]
