"""The forms of a page, as a browser would fill them in."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form: where it goes, what its fields hold, and the values of its named buttons."""

    action: str | None
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _FormParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = True
            self.forms.append(Form(values.get("action")))
        elif self._inside and tag == "input" and "name" in values:
            self.forms[-1].fields[values["name"]] = values.get("value", "")
        elif self._inside and tag == "button" and "name" in values:
            self.forms[-1].buttons.append((values["name"], values.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


def forms_of(page: str) -> list[Form]:
    """All forms of a page that post to the server, in their order."""
    parser = _FormParser()
    parser.feed(page)
    return parser.forms


def form_with(page: str, names: Iterable[str] = (), action: str | None = None) -> Form:
    """The page's first form that has these fields or buttons, and this action; raises AssertionError."""
    for form in forms_of(page):
        known = form.fields.keys() | {name for name, _ in form.buttons}
        if known.issuperset(names) and action in (None, form.action):
            return form
    raise AssertionError(f"no form with {names} for {action} in: {page}")
