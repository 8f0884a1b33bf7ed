"""`/users`: accounts are made, changed, locked and removed; what they had goes with them."""

import secrets
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from auth_service.clock import FrozenClock
from auth_service.models import AuthorizationCode, Client, Grant, Session, User
from auth_service.protocol.passwords import Passwords
from tests.auth_service.admin_api.conftest import DISGUISED, JOINED, Api, faults
from tests.auth_service.conftest import basic


@pytest.fixture
def busy_person(
    client: FlaskClient,
    clock: FrozenClock,
    register: Callable[..., str],
    automation: Api,
    sign_in: Callable[..., None],
) -> dict[str, str]:
    """A user with a session, tokens, a code, a grant and a client of their own."""
    person = automation.create_user()
    sub, now = person["sub"], clock.now()
    sign_in(person["username"])
    client_id = register(owner=sub)
    form = {"grant_type": "password", "username": person["username"], "password": "valid"}
    tokens = client.post("/oauth/token", data=form, auth=basic(client_id)).json
    Grant.allow(sub, client_id, ["profile"], now)
    times = {"auth_time": now, "issued_at": now, "expires_at": now, "purge_at": now}
    AuthorizationCode(id=sub, client_id=client_id, sub=sub, family="f", **times).save()
    return {**person, "client_id": client_id, **tokens}


def what_is_left(sub: str, automation: Api) -> dict[str, int]:
    return {
        "sessions": Session.objects(sub=sub).count(),
        "codes": AuthorizationCode.objects(sub=sub).count(),
        "tokens": len(automation.get("/tokens", sub=sub).json["items"]),
        "grants": len(automation.get("/grants", sub=sub).json["items"]),
    }


def test_a_generated_password_is_shown_once(automation: Api) -> None:
    username = f"Ünï-{secrets.token_hex(6)}"
    response = automation.post("/users", username=f" {username} ", email="Ada@Example.com", name="Ada")
    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    created = response.json
    password = created.pop("password")
    assert created["username"] == username.casefold()
    assert (created["email"], created["email_verified"], created["roles"]) == ("ada@example.com", False, [])
    assert automation.get(response.headers["Location"].removeprefix("/admin-api/v1")).json == created
    stored = User.objects(id=created["sub"]).first().password_hash
    assert stored.startswith("$argon2id$")
    assert Passwords(1).verify(stored, password)


def test_a_given_password_is_never_shown(automation: Api) -> None:
    created = automation.create_user(password="correct horse battery")
    assert created["password"] is None
    assert Passwords(1).verify(User.objects(id=created["sub"]).first().password_hash, "correct horse battery")


def test_a_name_is_taken_in_any_spelling(automation: Api) -> None:
    username = automation.create_user()["username"]
    for spelling in (username, username.upper(), f"  {username}"):
        assert faults(automation.post("/users", username=spelling)) == {"username": "is taken"}


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"username": ""}, "username"),
        ({"username": "  "}, "username"),
        ({"username": "a" * 65}, "username"),
        ({"username": "a" * 300}, "username"),
        ({"username": "a\x00b"}, "username"),
        ({"username": "a\u202eb"}, "username"),
        ({"username": "a\u200db"}, "username"),
        ({"username": "a\u200cb"}, "username"),
        ({"username": 7}, "username"),
        ({"username": None}, "username"),
        ({"name": "a\nb"}, "name"),
        ({"name": "a" * 129}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b"}, "email"),
        ({"email": "a@b.example\n"}, "email"),
        ({"email": "a\x00@b.example"}, "email"),
        ({"email": "a@" + "b" * 260 + ".example"}, "email"),
        ({"email": ""}, "email"),
        ({"email_verified": "yes"}, "email_verified"),
        ({"roles": ["root"]}, "roles[0]"),
        ({"roles": "admin"}, "roles"),
        ({"roles": [{"$ne": 1}]}, "roles[0]"),
        ({"given_name": ""}, "given_name"),
        ({"family_name": "a\nb"}, "family_name"),
        ({"nickname": 7}, "nickname"),
        ({"gender": "x" * 129}, "gender"),
        ({"profile_url": "javascript:alert(1)"}, "profile_url"),
        ({"website": "/me"}, "website"),
        ({"picture": "http://ada.example/me.png"}, "picture"),
        ({"picture": "data:image/png;base64,AAAA"}, "picture"),
        ({"birthdate": "10.12.1815"}, "birthdate"),
        ({"birthdate": "1815-02-29"}, "birthdate"),
        ({"birthdate": "1815-12"}, "birthdate"),
        ({"birthdate": "0000"}, "birthdate"),
        ({"birthdate": "\u0661\u0668\u0661\u0665"}, "birthdate"),
        ({"zoneinfo": "Europe/Atlantis"}, "zoneinfo"),
        ({"zoneinfo": "../../etc/passwd"}, "zoneinfo"),
        ({"locale": "english"}, "locale"),
        ({"locale": "en_US"}, "locale"),
        ({"phone_number": "020 7946 0000"}, "phone_number"),
        ({"phone_number": "+0442079460000"}, "phone_number"),
        ({"phone_number": "+4420794600001234"}, "phone_number"),
        ({"phone_number_verified": "yes"}, "phone_number_verified"),
        ({"address": "London"}, "address"),
        ({"address": {"planet": "Earth"}}, "address.planet"),
        ({"address": {"country": "a\nb"}}, "address.country"),
        ({"address": {"formatted": "a\x00b"}}, "address.formatted"),
        ({"address": {"formatted": "a\u200d\nb"}}, "address.formatted"),
        ({"address": {"locality": {"$ne": 1}}}, "address.locality"),
        ({"preferred_username": "ada"}, "preferred_username"),
        ({"password": "short"}, "password"),
        ({"password": " " * 20}, "password"),
        ({"password": "a" * 1025}, "password"),
        ({"password_hash": "$argon2id$"}, "password_hash"),
        ({"sub": "mine"}, "sub"),
        ({"disabled_at": None}, "disabled_at"),
    ],
)  # fmt: skip
def test_a_bad_field_is_named(automation: Api, fields: dict, at_fault: str) -> None:
    assert list(faults(automation.post("/users", **{"username": secrets.token_hex(6), **fields}))) == [
        at_fault
    ]


@pytest.mark.parametrize("name", JOINED)
def test_a_name_may_have_joiners_where_they_join(automation: Api, name: str) -> None:
    made = automation.create_user(name=name, nickname=f" {name} ", address={"formatted": f"{name}\n{name}"})
    assert (made["name"], made["nickname"], made["address"]["formatted"]) == (name, name, f"{name}\n{name}")


@pytest.mark.parametrize("name", DISGUISED)
def test_a_name_with_anything_else_invisible_is_refused(automation: Api, name: str) -> None:
    answer = automation.post("/users", username=secrets.token_hex(6), name=name, address={"formatted": name})
    assert faults(answer) == dict.fromkeys(
        ("name", "address.formatted"), "must not contain control or invisible characters"
    )


def test_a_username_is_required_and_cannot_be_changed(automation: Api) -> None:
    assert faults(automation.post("/users")) == {"username": "is required"}
    path = f"/users/{automation.create_user()['sub']}"
    assert "username" in faults(automation.patch(path, username="other"))


def test_only_given_fields_change(automation: Api, clock: FrozenClock) -> None:
    created = automation.create_user(name="Ada", email="ada@example.com", email_verified=True)
    path = f"/users/{created['sub']}"
    clock.advance(minutes=1)
    renamed = automation.patch(path, name="Ada L.").json
    assert (renamed["name"], renamed["email"], renamed["email_verified"]) == (
        "Ada L.",
        "ada@example.com",
        True,
    )
    moved = automation.patch(path, email="l@example.com").json
    assert moved["email_verified"] is False, "nobody has verified the new address"
    assert automation.patch(path, email="m@example.com", email_verified=True).json["email_verified"] is True
    assert automation.patch(path, email=None, name=None).json["name"] is None
    assert automation.patch(path, roles=["admin", "admin"]).json["roles"] == ["admin"]
    assert automation.patch(path).status_code == 200


def test_disabling_ends_everything(automation: Api, busy_person: dict[str, str]) -> None:
    sub = busy_person["sub"]
    assert what_is_left(sub, automation) == {"sessions": 1, "codes": 1, "tokens": 2, "grants": 1}
    assert automation.patch(f"/users/{sub}", disabled=True).json["disabled_at"] is not None
    assert set(what_is_left(sub, automation).values()) == {0}
    assert automation.patch(f"/users/{sub}", disabled=False).json["disabled_at"] is None


def test_deleting_ends_everything(automation: Api, busy_person: dict[str, str]) -> None:
    sub = busy_person["sub"]
    response = automation.delete(f"/users/{sub}")
    assert (response.status_code, response.data) == (204, b"")
    assert set(what_is_left(sub, automation).values()) == {0}
    assert Client.objects(client_id=busy_person["client_id"]).first().owner is None
    for answer in (
        automation.get(f"/users/{sub}"),
        automation.patch(f"/users/{sub}", name="x"),
        automation.delete(f"/users/{sub}"),
        automation.post(f"/users/{sub}/password"),
    ):
        assert (answer.status_code, answer.json["error"]) == (404, "not_found")


def test_resetting_a_password_signs_out_everywhere(automation: Api, busy_person: dict[str, str]) -> None:
    sub = busy_person["sub"]
    response = automation.post(f"/users/{sub}/password")
    assert response.headers["Cache-Control"] == "no-store"
    assert what_is_left(sub, automation) == {"sessions": 0, "codes": 0, "tokens": 0, "grants": 1}
    password_hash = User.objects(id=sub).first().password_hash
    assert Passwords(1).verify(password_hash, response.json["password"])
    assert not Passwords(1).verify(password_hash, busy_person["password"])


def test_setting_a_password(automation: Api) -> None:
    path = f"/users/{automation.create_user()['sub']}/password"
    assert automation.post(path, password="pässword with spaces \U0001f511").json == {"password": None}
    assert "password" in faults(automation.post(path, password="short"))
    assert "password" in faults(automation.post(path, password=12345678))


def test_administrators_do_not_lock_themselves_out(administrator: Api, automation: Api) -> None:
    path = f"/users/{administrator.sub}"
    for answer in (
        administrator.patch(path, roles=[]),
        administrator.patch(path, disabled=True),
        administrator.delete(path),
    ):
        assert (answer.status_code, answer.json["error"]) == (409, "conflict")
    assert administrator.patch(path, name="Still here", roles=["admin"], disabled=False).status_code == 200
    assert automation.patch(path, roles=[]).status_code == 200, "another may"


def test_search_by_the_beginning_of_name_or_address(automation: Api) -> None:
    mark = secrets.token_hex(6)
    by_name = automation.create_user(username=f"n{mark}.(*")
    by_email = automation.create_user(email=f"N{mark}@example.com")

    def found(search: str) -> set[str]:
        return {user["sub"] for user in automation.get("/users", search=search).json["items"]}

    assert found(f"n{mark}") == found(f" N{mark.upper()}") == {by_name["sub"], by_email["sub"]}
    assert found(f"n{mark}.(*") == {by_name["sub"]}
    for nothing in (mark, f"n{mark}.*", "\x00", "\u202e", "$gt"):
        assert found(nothing) == set()


def test_no_hash_is_ever_shown(automation: Api) -> None:
    created = automation.create_user(password="correct horse battery")
    path = f"/users/{created['sub']}"
    answers = [
        automation.get("/users", search=created["username"]),
        automation.get(path),
        automation.patch(path),
    ]
    assert all("hash" not in answer.get_data(as_text=True) for answer in answers)


CLAIMS = {
    "name": "Ada Lovelace",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "middle_name": "King",
    "nickname": "Countess",
    "profile_url": "https://ada.example/me",
    "picture": "https://ada.example/me.png",
    "website": "http://ada.example/",
    "gender": "female",
    "birthdate": "1815-12-10",
    "zoneinfo": "Europe/London",
    "locale": "en-GB",
    "phone_number": "+442079460000",
    "phone_number_verified": True,
    "address": {
        "formatted": "12 St James's Square\nLondon",
        "street_address": "12 St James's Square",
        "locality": "London",
        "region": "Greater London",
        "postal_code": "SW1Y 4JH",
        "country": "United Kingdom",
    },
}


@pytest.mark.rfc("OIDC Core §5.1")
def test_every_standard_claim_can_be_set_changed_and_taken_away(automation: Api) -> None:
    created = automation.create_user(**CLAIMS)
    assert {name: created[name] for name in CLAIMS} == CLAIMS
    path = f"/users/{created['sub']}"
    assert automation.get(path).json.items() >= CLAIMS.items()
    changed = automation.patch(path, nickname="Enchantress", address={"country": "UK", "region": None}).json
    assert (changed["nickname"], changed["address"]) == ("Enchantress", {"country": "UK"})
    assert changed["given_name"] == "Ada"
    gone = automation.patch(path, **dict.fromkeys(set(CLAIMS) - {"phone_number_verified"})).json
    assert {name for name in CLAIMS if gone.get(name)} == set()


@pytest.mark.rfc("OIDC Core §5.1")
@pytest.mark.parametrize(
    "fields",
    [
        {"birthdate": "1815"},
        {"birthdate": "0000-02-29"},
        {"locale": "zh-Hant-TW"},
        {"locale": "es-419"},
        {"zoneinfo": "America/Argentina/Buenos_Aires"},
        {"zoneinfo": "UTC"},
        {"address": {"formatted": "1 Rue\r\nParis"}},
    ],
)
def test_other_spellings_that_the_standard_has(automation: Api, fields: dict) -> None:
    assert automation.post("/users", username=f"user-{secrets.token_hex(6)}", **fields).status_code == 201


@pytest.mark.rfc("OIDC Core §5.1")
def test_a_new_phone_number_is_unverified_unless_said_otherwise(automation: Api) -> None:
    path = f"/users/{automation.create_user(phone_number='+442079460000', phone_number_verified=True)['sub']}"
    assert automation.patch(path, phone_number="+442079460000").json["phone_number_verified"] is True
    assert automation.patch(path, phone_number="+442079460001").json["phone_number_verified"] is False
    changed = automation.patch(path, phone_number="+442079460002", phone_number_verified=True)
    assert changed.json["phone_number_verified"] is True


def test_resource_servers_do_not_see_what_only_apps_are_told(automation: Api) -> None:
    """`user_profiles` is the view that the database user of a resource server may read."""
    sub = automation.create_user(email="ada@example.com", **CLAIMS)["sub"]
    profile = User._get_db().user_profiles.find_one({"_id": sub})
    assert set(profile) == {
        "_id",
        "username",
        "name",
        "email",
        "email_verified",
        "roles",
        "created_at",
        "updated_at",
    }
