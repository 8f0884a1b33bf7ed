"""A user as the API takes it and shows it: OpenID Connect's names where there are any."""

from datetime import datetime
from typing import Annotated, Any, Literal

import mongoengine
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from auth_service.admin_api.user_claims import StandardClaims
from auth_service.models import User
from auth_service.models.user import normalise_username


def check_email(address: str) -> str:
    """An address that the stored document takes too, in lower case; ValueError otherwise."""
    try:
        User.email.validate(address)
    except (mongoengine.ValidationError, UnicodeError):
        raise ValueError("is not an email address") from None
    return address.lower()


def check_password(password: str) -> str:
    """NIST SP 800-63B §3.1.1.2: any characters and spaces will do, if there are enough of them."""
    if not password.strip():
        raise ValueError("must not be blank")
    try:
        password.encode()
    except UnicodeEncodeError:
        raise ValueError("must be text in UTF-8") from None
    return password


Username = Annotated[str, Field(max_length=256), AfterValidator(normalise_username)]
Email = Annotated[str, Field(max_length=254), AfterValidator(check_email)]
Password = Annotated[str, Field(min_length=8, max_length=1024), AfterValidator(check_password)]
Roles = Annotated[
    list[Literal["admin"]], Field(max_length=10), AfterValidator(lambda roles: sorted(set(roles)))
]


class UserChange(StandardClaims):
    """The fields of a user that change. Unknown fields are refused."""

    email: Email | None = None
    email_verified: bool = False
    roles: Roles = []
    disabled: bool = False


class UserIn(UserChange):
    """A user to create. Without a password one is generated."""

    username: Username
    password: Password | None = None


class UserOut(BaseModel):
    """A user as it is stored, without the password's hash."""

    sub: str
    username: str
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    middle_name: str | None = None
    nickname: str | None = None
    profile_url: str | None = None
    picture: str | None = None
    website: str | None = None
    gender: str | None = None
    birthdate: str | None = None
    zoneinfo: str | None = None
    locale: str | None = None
    email: str | None = None
    email_verified: bool = False
    phone_number: str | None = None
    phone_number_verified: bool = False
    address: dict[str, str] | None = None
    roles: list[str] = []
    disabled_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


class NewUserOut(UserOut):
    """A user that was just created; a generated password is shown this once, a given one never."""

    password: str | None


class UserPage(BaseModel):
    """A page of users."""

    items: list[UserOut]
    next: str | None


class PasswordIn(BaseModel):
    """The new password; without it one is generated."""

    model_config = ConfigDict(strict=True, extra="forbid")

    password: Password | None = None


class PasswordOut(BaseModel):
    """A generated password, shown this once; null if the password was given."""

    password: str | None


def show(document: dict[str, Any]) -> dict[str, Any]:
    """The JSON of a stored user."""
    return {**{name: value for name, value in document.items() if value is not None}, "sub": document["_id"]}
