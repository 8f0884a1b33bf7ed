"""What is refused at registration (RFC 7591 §2, RFC 6749 §3.1.2, RFC 9700 §2.1, RFC 8252 §7), field by field."""

from typing import Any

import pytest

from auth_service.protocol.client_metadata import InvalidClientMetadata, validate
from auth_service.protocol.profile import COMPAT, OAUTH21
from tests.auth_service.admin_api.conftest import DISGUISED, JOINED, Api, faults

GOOD = "https://app.example/cb"

BAD_REDIRECT_URIS = [
    "",
    "/callback",
    "app.example/cb",
    "//app.example/cb",
    "https:app.example",
    "https:///cb",
    "http://app.example/cb",
    "http://127.0.0.1.example/cb",
    "http://2130706433/cb",
    "https://app.example/cb#fragment",
    "https://app.example/cb#",
    "https://*.app.example/cb",
    "https://app.example/*",
    "https://user@app.example/cb",
    "https://user:password@app.example/cb",
    "https://app.example:port/cb",
    "https://app.example:99999/cb",
    "https://[::1/cb",
    "https://app.example/c b",
    "https://app.example/cb\n",
    "\thttps://app.example/cb",
    "https://app.example/\x00",
    "https://app.example/\x7f",
    "https://\u00fcber.example/cb",
    "https://app.example/\u202ecb",
    "https://good.example\\@evil.example/",
    "https://app.example/%zz",
    "https://app.example/<script>",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,hi",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://app.example/1",
    "about:blank",
    "myapp://callback",
    "urn:ietf:wg:oauth:2.0:oob",
    "https://app.example/" + "a" * 2048,
]


@pytest.mark.parametrize("name", JOINED)
def test_a_name_may_have_joiners_where_they_join(automation: Api, name: str) -> None:
    made = automation.create_client(client_name=name)
    assert made["client_name"] == name
    assert automation.get("/clients", search=name).json["items"][0]["client_id"] == made["client_id"]


@pytest.mark.parametrize("name", DISGUISED)
def test_a_name_with_anything_else_invisible_is_refused(automation: Api, name: str) -> None:
    answer = automation.post("/clients", redirect_uris=[GOOD], client_name=name)
    assert faults(answer) == {"client_name": "must not contain control or invisible characters"}


@pytest.mark.rfc("9700 §2.1")
@pytest.mark.parametrize("uri", BAD_REDIRECT_URIS)
def test_a_bad_redirect_uri_is_named_by_its_place(automation: Api, uri: str) -> None:
    answer = automation.post("/clients", redirect_uris=[GOOD, uri], post_logout_redirect_uris=[uri])
    assert set(faults(answer)) == {"redirect_uris[1]", "post_logout_redirect_uris[0]"}


@pytest.mark.parametrize(
    "uri",
    [
        GOOD,
        "https://app.example",
        "https://app.example:8443/cb?tenant=1&x=%20",
        "http://127.0.0.1/cb",
        "http://127.0.0.1:4600/callback",
        "http://[::1]:8080/",
        "http://localhost:3000/cb",
        "https://xn--ber-goa.example/cb",
    ],
)
def test_a_good_redirect_uri_is_kept_as_it_is(automation: Api, uri: str) -> None:
    assert automation.create_client(redirect_uris=[uri, uri])["redirect_uris"] == [uri]


@pytest.mark.rfc("8252 §7.1")
def test_a_scheme_of_its_own_is_for_native_apps(automation: Api) -> None:
    uris = [GOOD, "com.example.app:/callback"]
    assert list(faults(automation.post("/clients", redirect_uris=uris))) == ["redirect_uris[1]"]
    native = automation.create_client(
        redirect_uris=uris, application_type="native", token_endpoint_auth_method="none"
    )
    assert native["redirect_uris"] == uris


def test_how_many_there_may_be_is_said_in_words_for_people(automation: Api) -> None:
    answer = automation.post("/clients", redirect_uris=[f"{GOOD}/{number}" for number in range(51)])
    assert faults(answer) == {"redirect_uris": "must have at most 50 items"}


BAD_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"redirect_uris": []}, "redirect_uris"),
    ({"redirect_uris": GOOD}, "redirect_uris"),
    ({"redirect_uris": None}, "redirect_uris"),
    ({"redirect_uris": [GOOD, 7]}, "redirect_uris[1]"),
    ({"redirect_uris": [{"a": 1}]}, "redirect_uris[0]"),
    ({"redirect_uris": [f"{GOOD}/{number}" for number in range(51)]}, "redirect_uris"),
    ({"client_name": ""}, "client_name"),
    ({"client_name": "  "}, "client_name"),
    ({"client_name": 5}, "client_name"),
    ({"client_name": "a" * 129}, "client_name"),
    ({"client_name": "a\x00b"}, "client_name"),
    ({"client_name": "abc\u202edef"}, "client_name"),
    ({"client_uri": "ftp://app.example"}, "client_uri"),
    ({"logo_uri": "javascript:alert(1)"}, "logo_uri"),
    ({"policy_uri": "//app.example"}, "policy_uri"),
    ({"tos_uri": "https://"}, "tos_uri"),
    ({"contacts": ["ok@example.com", ""]}, "contacts[1]"),
    ({"contacts": ["x"] * 11}, "contacts"),
    ({"application_type": "browser"}, "application_type"),
    ({"grant_types": ["authorization_code", "device"]}, "grant_types[1]"),
    ({"grant_types": [["authorization_code"]]}, "grant_types[0]"),
    ({"grant_types": "authorization_code"}, "grant_types"),
    ({"grant_types": ["authorization_code", "implicit"], "response_types": ["code", "token"]}, "grant_types[1]"),
    ({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"}, "grant_types[0]"),
    ({"grant_types": ["client_credentials", "refresh_token"]}, "grant_types[1]"),
    ({"grant_types": ["authorization_code"], "response_types": []}, "response_types"),
    ({"grant_types": ["client_credentials"], "response_types": ["code"]}, "response_types"),
    ({"response_types": ["code", "none"]}, "response_types[1]"),
    ({"token_endpoint_auth_method": "tls_client_auth"}, "token_endpoint_auth_method"),
    ({"token_endpoint_auth_method": "private_key_jwt"}, "token_endpoint_auth_method"),
    ({"subject_type": "pairwise", "access_token_format": "jwt"}, "subject_type"),
    ({"registration_access_token": "mine"}, "registration_access_token"),
    ({"encrypted_secret": "mine"}, "encrypted_secret"),
    ({"registered_itself": True}, "registered_itself"),
    ({"id_token_signed_response_alg": "none"}, "id_token_signed_response_alg"),
    ({"id_token_signed_response_alg": "HS256"}, "id_token_signed_response_alg"),
    ({"scope": "profile everything"}, "scope"),
    ({"scope": ["profile"]}, "scope"),
    ({"scope": "profile\u00a0email"}, "scope"),
    ({"profile": "compat"}, "profile"),
    ({"access_token_format": "JWT"}, "access_token_format"),
    ({"resource_server": "yes"}, "resource_server"),
    ({"consent_required": 0}, "consent_required"),
    ({"client_id": "mine"}, "client_id"),
    ({"client_secret": "mine"}, "client_secret"),
    ({"secrets": []}, "secrets"),
    ({"_id": "x"}, "_id"),
    ({"$set": {"owner": "x"}}, "$set"),
    ({"\u00fc\x00": 1}, "\u00fc\x00"),
]  # fmt: skip


@pytest.mark.rfc("7591 §2")
@pytest.mark.parametrize(("fields", "at_fault"), BAD_FIELDS)
def test_a_bad_field_is_named(automation: Api, fields: dict[str, Any], at_fault: str) -> None:
    assert list(faults(automation.post("/clients", **{"redirect_uris": [GOOD], **fields}))) == [at_fault]


def test_all_faults_are_told_at_once(automation: Api) -> None:
    answer = automation.post(
        "/clients", redirect_uris=["x", GOOD, "y"], scope="z", colour="red", client_name=1
    )
    assert set(faults(answer)) == {"redirect_uris[0]", "redirect_uris[2]", "scope", "colour", "client_name"}


def test_a_flood_of_faults_is_cut(automation: Api) -> None:
    answer = automation.post("/clients", **{f"field{number}": 1 for number in range(2000)})
    assert len(faults(answer)) == 50


@pytest.mark.rfc("7591 §2.1")
@pytest.mark.parametrize(
    ("given", "grant_types", "response_types", "scope"),
    [
        ({}, ["authorization_code"], ["code"], "openid profile email"),
        ({"grant_types": ["client_credentials"]}, ["client_credentials"], [], ""),
        ({"grant_types": ["password"]}, ["password"], [], "profile email"),
        ({"response_types": ["token"]}, ["implicit"], ["token"], "profile email"),
        ({"response_types": ["code"]}, ["authorization_code"], ["code"], "openid profile email"),
        ({"response_types": []}, [], [], ""),
    ],
)
def test_what_is_left_out_follows_from_the_rest(
    given: dict[str, Any], grant_types: list[str], response_types: list[str], scope: str
) -> None:
    method = "none" if given.get("response_types") == ["token"] else "client_secret_basic"
    full = validate({"redirect_uris": [GOOD], "token_endpoint_auth_method": method, **given}, COMPAT)
    assert (full["grant_types"], full["response_types"], full["scope"]) == (
        grant_types,
        response_types,
        scope,
    )


@pytest.mark.rfc("7591 §2")
def test_unknown_metadata_is_ignored_where_the_standard_says_so() -> None:
    assert "colour" not in validate({"redirect_uris": [GOOD], "colour": "red"}, COMPAT)


@pytest.mark.parametrize("grant_type", ["implicit", "password"])
def test_the_stricter_profile_refuses_the_old_grants(grant_type: str) -> None:
    metadata = {
        "redirect_uris": [GOOD],
        "grant_types": [grant_type],
        "token_endpoint_auth_method": "none",
    }
    assert validate(metadata, COMPAT)["grant_types"] == [grant_type]
    with pytest.raises(InvalidClientMetadata) as refused:
        validate(metadata, OAUTH21)
    assert [field for field, _ in refused.value.faults] == ["grant_types[0]"]


def test_a_client_under_its_own_stricter_profile(automation: Api) -> None:
    body = {"redirect_uris": [], "grant_types": ["password"], "profile": "oauth21"}
    assert "grant_types[0]" in faults(automation.post("/clients", **body))
