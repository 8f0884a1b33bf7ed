"""The standard claims of a user, as the API takes them: the formats of OIDC Core §5.1 and §5.1.1."""

import re
import zoneinfo
from datetime import date
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from auth_service.protocol.client_metadata import Text, WebUrl, has_invisible

_BIRTHDATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})-([0-9]{2}))?")
_PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-[A-Za-z0-9]{5,8})*")


def check_birthdate(text: str) -> str:
    """`YYYY-MM-DD`, with the year 0000 where it is kept private, or `YYYY` alone."""
    parts = _BIRTHDATE.fullmatch(text)
    if parts is None:
        raise ValueError("must be YYYY-MM-DD, 0000-MM-DD or YYYY")
    year, month, day = (int(part or 1) for part in parts.groups())
    try:
        date(year or 2000, month, day)  # a leap year: 29 February is somebody's birthday
    except ValueError:
        raise ValueError("is not a day of the calendar") from None
    if parts[0] == "0000":
        raise ValueError("must have a year, or a month and a day")
    return text


@cache
def time_zones() -> frozenset[str]:
    """The names in this machine's time zone database; none if it has no database."""
    return frozenset(zoneinfo.available_timezones())


def check_zoneinfo(name: str) -> str:
    """A name of the IANA time zone database, like Europe/Paris."""
    if time_zones() and name not in time_zones():
        raise ValueError("must be a time zone's name, like Europe/Paris")
    return name


def check_locale(tag: str) -> str:
    """BCP 47: language, script and region, like en-US."""
    if not _LANGUAGE_TAG.fullmatch(tag):
        raise ValueError("must be a language tag, like en-US")
    return tag


def check_https(url: str) -> str:
    """What pages of others will show, so that nobody on the way can change it."""
    if not url.startswith("https:"):
        raise ValueError("must be an https URL")
    return url


def check_phone_number(number: str) -> str:
    """E.164: a plus sign, then digits alone."""
    if not _PHONE_NUMBER.fullmatch(number):
        raise ValueError("must be in E.164, like +14255551212")
    return number


def check_lines(text: str) -> str:
    """Text that may have several lines (OIDC Core §5.1.1), and no other control characters."""
    text = text.replace("\r\n", "\n").strip()
    if has_invisible(text.replace("\n", " ")):
        raise ValueError("must not contain control or invisible characters")
    if not text:
        raise ValueError("must not be blank")
    return text


Lines = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(check_lines)]


class Address(BaseModel):
    """A postal address (OIDC Core §5.1.1). Given anew it takes the place of the old one as a whole."""

    model_config = ConfigDict(strict=True, extra="forbid")

    formatted: Lines | None = None
    street_address: Lines | None = None
    locality: Text | None = None
    region: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def drop_nulls(cls, given: Any) -> Any:
        """A part that is null is not there."""
        return (
            {name: part for name, part in given.items() if part is not None}
            if isinstance(given, dict)
            else given
        )


class StandardClaims(BaseModel):
    """What may be told of a user to apps. `profile_url` is told as the claim `profile`."""

    model_config = ConfigDict(strict=True, extra="forbid")

    name: Text | None = None
    given_name: Text | None = None
    family_name: Text | None = None
    middle_name: Text | None = None
    nickname: Text | None = None
    profile_url: WebUrl | None = None
    picture: Annotated[WebUrl, AfterValidator(check_https)] | None = None
    website: WebUrl | None = None
    gender: Text | None = None
    birthdate: Annotated[str, AfterValidator(check_birthdate)] | None = None
    zoneinfo: Annotated[str, Field(max_length=64), AfterValidator(check_zoneinfo)] | None = None
    locale: Annotated[str, Field(max_length=35), AfterValidator(check_locale)] | None = None
    phone_number: Annotated[str, AfterValidator(check_phone_number)] | None = None
    phone_number_verified: bool = False
    address: Address | None = None
