"""What our forms add to WTForms: lines of text as lists, the admin API's errors beside their fields."""

import json
import re
from typing import Any, ClassVar

from flask import request
from wtforms import Form as WTForm
from wtforms import TextAreaField

from admin_ui.auth_service_api import Refused
from admin_ui.web.redirect_uris import lines_of

INDEXED = re.compile(r"(?P<name>\w+)\[(?P<index>\d+)\]")


class Form(WTForm):
    """A form filled from the request; CSRF is checked for the whole application by `csrf.py`."""

    #: What no field holds, and the field that it is derived from.
    follows_from: ClassVar[dict[str, str]] = {}

    def __init__(self, **values: Any) -> None:
        sent = request.form if request.method == "POST" else None
        super().__init__(formdata=sent, **values)
        self.general_errors: list[str] = []

    def sent_and_valid(self) -> bool:
        """Whether the form came back and nothing is wrong with it."""
        return request.method == "POST" and self.validate()

    def take_errors(self, refused: Refused) -> None:
        """Put the admin API's messages beside their fields; raises what is not about the input."""
        if refused.status not in (400, 409, 422):
            raise refused
        for name, message in refused.fields.items():
            indexed = INDEXED.fullmatch(name)
            base = indexed["name"] if indexed else name.partition(".")[0]
            field = self._fields.get(self.follows_from.get(base, base))
            if indexed and isinstance(field, LinesField):
                message = f"Line {int(indexed['index']) + 1}: {message}"
            if field is None:
                self.general_errors.append(f"{name}: {message}")
            else:
                field.errors = [*field.errors, message]
        if not refused.fields:
            self.general_errors.append(refused.description)

    @property
    def faulty(self) -> list[Any]:
        """The fields with errors, in the order of the page."""
        return [field for field in self if field.errors]


class LinesField(TextAreaField):
    """A text area with one value a line; its data is a list."""

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else "\n".join(self.data or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        """Split what was sent into lines."""
        self.data = lines_of(valuelist[0]) if valuelist else []


class JsonObjectField(TextAreaField):
    """A text area for a JSON object, whose content the server checks."""

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else json.dumps(self.data, indent=1) if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was sent; raises ValueError with what is wrong."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = _json_object(text) if text else None


def _json_object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError('This is no JSON object, like {"keys": […]}.')
    return found


def described(field: Any, hint: str, more: dict[str, Any]) -> dict[str, Any]:
    """The attributes that tie an input to its error and hint, for those who hear the page."""
    ids = [f"{field.id}-error"] if field.errors else []
    ids += [f"{field.id}-hint"] if hint else []
    attributes = {"aria-describedby": " ".join(ids)} if ids else {}
    return {**attributes, **({"aria-invalid": "true"} if field.errors else {}), **more}
