"""The folded fields of a client: kept where they matter, sent as the standards name them, faults at their fields."""

import json
import re
import time
from secrets import token_hex

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from tests.admin_ui.test_clients import id_in

REDIRECT = "https://app.example/callback"


@pytest.fixture
def web(admin, auth_service):
    """A function that makes a web client through the form and returns what the admin API says of it."""

    def make(**fields) -> dict:
        page = admin.submit(
            admin.open("/admin/clients/new/web"), client_name="Folded", redirect_uris=REDIRECT, **fields
        )
        assert page.status == 201, page.text
        return auth_service.api("GET", f"clients/{id_in(page)}")

    return make


@pytest.mark.thorough
def test_the_defaults_are_the_standards(web):
    client = web()

    assert client["response_types"] == ["code"]
    assert sorted(client["grant_types"]) == ["authorization_code", "refresh_token"]
    assert client["token_endpoint_auth_method"] == "client_secret_basic"
    assert (client["id_token_signed_response_alg"], client["subject_type"]) == ("RS256", "public")
    assert client["jwks"] is client["backchannel_logout_uri"] is client["request_object_signing_alg"] is None


@pytest.mark.rfc("OAuth Multiple Response Types §5")
def test_hybrid_response_types_bring_their_grant(web):
    client = web(response_types=["code id_token"])

    assert sorted(client["response_types"]) == ["code", "code id_token"]
    assert "implicit" in client["grant_types"]


def test_a_client_that_signs_with_a_key_of_its_own(admin, web):
    client = web(
        token_endpoint_auth_method="private_key_jwt",
        jwks_uri="https://app.example/jwks",
        backchannel_logout_uri="https://app.example/logout",
        frontchannel_logout_uri="https://app.example/front",
        id_token_signed_response_alg="EdDSA",
        userinfo_signed_response_alg="ES256",
        subject_type="pairwise",
        request_object_signing_alg="PS256",
        request_uris="https://app.example/request",
    )

    assert client["secrets"] == []
    assert client["jwks_uri"] == "https://app.example/jwks"
    assert client["backchannel_logout_uri"] == "https://app.example/logout"
    assert client["frontchannel_logout_uri"] == "https://app.example/front"
    assert client["id_token_signed_response_alg"] == "EdDSA"
    assert client["userinfo_signed_response_alg"] == "ES256"
    assert (client["subject_type"], client["request_object_signing_alg"]) == ("pairwise", "PS256")
    assert client["request_uris"] == ["https://app.example/request"]
    page = admin.open(f"/admin/clients/{client['client_id']}").text
    assert "JWT, signed with its own key" in page and "Rotate secret" not in page
    assert "https://app.example/logout" in page


def test_keys_by_value_come_and_go(admin, auth_service, web):
    key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"}).as_dict(private=False)
    address = f"/admin/clients/{web()['client_id']}/edit"

    admin.submit(admin.open(address), jwks=json.dumps({"keys": [key]}))
    client = auth_service.api("GET", f"clients/{address.split('/')[3]}")
    assert client["jwks"]["keys"][0]["kid"] == "one"
    assert "Nothing was changed." in admin.submit(admin.open(address)).text

    admin.submit(admin.open(address), jwks="")
    assert auth_service.api("GET", f"clients/{client['client_id']}")["jwks"] is None


def test_hybrid_response_types_go_with_their_grant(admin, auth_service, web):
    client = web(response_types=["code token"])
    page = admin.open(f"/admin/clients/{client['client_id']}/edit")
    assert "Nothing was changed." in admin.submit(page).text

    admin.submit(page, response_types=[])
    after = auth_service.api("GET", f"clients/{client['client_id']}")
    assert after["response_types"] == ["code"] and "implicit" not in after["grant_types"]


@pytest.mark.rfc("OIDC Core §9")
def test_a_jwt_signed_with_the_secret_needs_a_new_secret_and_says_so(admin, auth_service, web):
    client_id = web()["client_id"]
    edit = admin.open(f"/admin/clients/{client_id}/edit")
    assert "JWT, signed with the secret: needs a new secret" in edit.text
    assert "Secret, in the form: needs" not in edit.text

    page = admin.submit(edit, token_endpoint_auth_method="client_secret_jwt")
    assert "only with a new secret" in page.text
    assert f'href="/admin/clients/{client_id}/secret">Rotate the secret</a>' in page.text
    assert "needs a new secret" not in admin.open(f"/admin/clients/{client_id}/edit").text

    rotated = admin.submit(admin.open(f"/admin/clients/{client_id}/secret"))
    assert "The previous secret does not work any more" in rotated.text
    assert proves_itself(auth_service.issuer, client_id, secret_on(rotated))


@pytest.mark.rfc("OIDC Core §9")
def test_a_secret_that_signs_can_be_kept_beside_the_next(admin, auth_service, web):
    client = web(token_endpoint_auth_method="client_secret_jwt")
    address = f"/admin/clients/{client['client_id']}/secret"
    pages = [admin.submit(admin.open(address), keep_previous_for="3600") for _ in range(2)]
    assert "The previous secret stops working" in pages[1].text
    for secret in map(secret_on, pages):
        assert proves_itself(auth_service.issuer, client["client_id"], secret)


def secret_on(page) -> str:
    """The secret that the page shows."""
    return page.text.split('id="client-secret">')[1].split("<")[0]


def proves_itself(issuer: str, client_id: str, secret: str) -> bool:
    """Whether a JWT that is signed with the secret authenticates the client, here at the introspection endpoint."""
    now = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": issuer, "jti": token_hex(8), "exp": now + 60}
    form = {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret)),
        "token": "any",
    }
    return requests.post(f"{issuer}/oauth/introspect", data=form, timeout=10).status_code == 200


def test_another_method_than_a_secret_leaves_none_to_go_back_to(admin, web):
    client_id = web(token_endpoint_auth_method="private_key_jwt", jwks_uri="https://app.example/jwks")[
        "client_id"
    ]
    edit = admin.open(f"/admin/clients/{client_id}/edit")
    assert edit.text.count(": needs a new secret") == 3

    page = admin.submit(edit, token_endpoint_auth_method="client_secret_basic")
    assert "only with a new secret" in page.text


def test_a_refused_choice_is_told_at_its_group_and_not_as_a_line(admin):
    page = admin.submit(
        admin.open("/admin/clients/new/web"),
        client_name="Strict",
        redirect_uris=REDIRECT,
        profile="oauth21",
        response_types=["code token"],
    )

    assert re.search(r'id="response_types-error">implicit is refused by the security profile', page.text), (
        page.text
    )
    assert 'href="#response_types"' in page.text and 'id="response_types" tabindex' in page.text


@pytest.mark.parametrize("responses", [["code", "id_token"], ["code id_token"]])
def test_response_types_that_the_form_does_not_offer_stay(admin, auth_service, new_client, responses):
    client = new_client(
        grant_types=["authorization_code", "implicit"], response_types=responses, redirect_uris=[REDIRECT]
    )

    page = admin.submit(admin.open(f"/admin/clients/{client['client_id']}/edit"), client_name="Renamed")

    assert "The changes are saved." in page.text
    after = auth_service.api("GET", f"clients/{client['client_id']}")
    assert (after["client_name"], after["response_types"]) == ("Renamed", responses)


def test_what_a_client_says_of_itself_and_of_signing_in(admin, auth_service, web):
    given = {
        "software_id": "4NRB1-0XZABZI9E6",
        "software_version": "2.1",
        "default_max_age": 0,
        "require_auth_time": True,
        "default_acr_values": ["urn:mace:incommon:iap:silver", "phr"],
        "initiate_login_uri": "https://app.example/start",
        "backchannel_logout_uri": "https://app.example/out",
        "backchannel_logout_session_required": True,
        "frontchannel_logout_uri": "https://app.example/frame",
        "frontchannel_logout_session_required": True,
    }
    client = web(**given | {"default_acr_values": "\n".join(given["default_acr_values"])})
    assert {name: client[name] for name in given} == given

    edit = admin.open(f"/admin/clients/{client['client_id']}/edit")
    assert "Nothing was changed." in admin.submit(edit).text
    cleared = {name: [] if isinstance(value, bool) else "" for name, value in given.items()}
    admin.submit(edit, **cleared)
    after = auth_service.api("GET", f"clients/{client['client_id']}")
    assert not any(after[name] for name in given) and after["default_max_age"] is None


def test_an_algorithm_that_does_not_fit_the_method_is_refused_at_its_field(admin):
    page = admin.submit(
        admin.open("/admin/clients/new/web"),
        client_name="Kept",
        redirect_uris=REDIRECT,
        token_endpoint_auth_method="private_key_jwt",
        token_endpoint_auth_signing_alg="HS256",
        jwks_uri="https://app.example/jwks",
    )

    assert 'id="token_endpoint_auth_signing_alg-error">HS256 does not fit private_key_jwt' in page.text


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("token_endpoint_auth_method", "private_key_jwt", "needs jwks or jwks_uri"),
        ("jwks", "{", "This is no JSON object"),
        ("jwks", '{"keys": []}', "."),
        ("jwks_uri", "http://app.example/jwks", "plain http"),
        ("logo_uri", "com.example.app:/logo", "begins with com.example.app: where it should begin with"),
        ("client_uri", "app.example", "is not absolute: begin with https://"),
        ("request_uris", "/here", "Line 1: must be absolute"),
        ("backchannel_logout_uri", "javascript:alert(1)", "javascript"),
        ("frontchannel_logout_uri", "https://other.example/", "one of the redirect_uris"),
        ("id_token_encrypted_response_alg", "ECDH-ES", "needs jwks or jwks_uri"),
        ("sector_identifier_uri", "/here", "not absolute"),
        ("default_max_age", "-1", "must be greater than or equal to 0"),
        ("default_max_age", "soon", "integer"),
        ("default_acr_values", "one two", "without spaces"),
        ("initiate_login_uri", "http://127.0.0.1/start", "must be an https URL"),
        ("software_version", "1\u202e2", "control or invisible characters"),
        ("token_endpoint_auth_signing_alg", "ES257", "choice"),
    ],
)
def test_a_fault_stands_at_its_field_in_an_open_fold(admin, field, value, message):
    page = admin.submit(
        admin.open("/admin/clients/new/web"), client_name="Kept", redirect_uris=REDIRECT, **{field: value}
    )

    assert page.status == 422 and 'value="Kept"' in page.text
    assert re.search(rf'id="{field}-error">[^<]*{re.escape(message)}', page.text), page.text
    fold = page.text.partition(f'id="{field}"')[0].rpartition("<details")[2]
    assert fold.startswith(' class="more" open')


def test_addresses_of_pages_may_have_what_redirect_uris_may_not(admin):
    addresses = {"logo_uri": "https://app.example/icons.svg#logo", "tos_uri": "https://app.example/*terms"}
    form = admin.open("/admin/clients/new/web")
    page = admin.submit(form, client_name="With pages", redirect_uris=REDIRECT, **addresses)

    assert page.status == 201


def test_what_is_wrong_with_request_objects_is_said_of_them(admin):
    form = admin.open("/admin/clients/new/web")
    faults = {"request_uris": "/here", "request_object_signing_alg": "banana"}
    text = admin.submit(form, client_name="Asks", redirect_uris=REDIRECT, **faults).text
    assert "Request objects must be</a>: Not a valid choice" in text
    del faults["request_object_signing_alg"]
    text = admin.submit(form, client_name="Asks", redirect_uris=REDIRECT, **faults).text
    assert "Addresses of request objects</a>: Line 1: must be absolute" in text


@pytest.mark.parametrize(
    ("kind", "there", "not_there"),
    [
        ("web", ["response_types", "token_endpoint_auth_method", "frontchannel_logout_uri"], []),
        ("spa", ["subject_type", "backchannel_logout_uri"], ["response_types", "token_endpoint_auth_method"]),
        (
            "device",
            ["id_token_signed_response_alg", "userinfo_encrypted_response_alg", "jwks_uri", "logo_uri"],
            [
                "redirect_uris",
                "post_logout_redirect_uris",
                "backchannel_logout_uri",
                "subject_type",
                "request_uris",
            ],
        ),
        ("machine", ["token_endpoint_auth_method", "jwks_uri"], ["subject_type", "backchannel_logout_uri"]),
        ("implicit", [], ["response_types", "subject_type", "jwks_uri"]),
    ],
)
def test_each_kind_has_what_matters_to_it(admin, kind, there, not_there):
    fields = admin.open(f"/admin/clients/new/{kind}").text

    assert all(f'name="{name}"' in fields for name in there)
    assert not any(f'name="{name}"' in fields for name in not_there)
