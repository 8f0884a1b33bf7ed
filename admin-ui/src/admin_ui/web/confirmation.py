"""The page before anything that cannot be undone: what will stop working, and the name typed to go on."""

from dataclasses import dataclass

from flask import render_template, request

_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))


@dataclass(frozen=True)
class Confirmation:
    """What is asked before a destructive act, in the same words and places everywhere."""

    title: str
    question: str
    consequences: list[str]
    button: str
    back: str  # where "Cancel" leads
    place: str  # what that page is called; empty if it may be any
    above: tuple[tuple[str, str], ...] = ()  # titles and addresses of the pages that lead there
    typed: str = ""  # what has to be typed to go on; nothing when empty
    curl: str = ""  # the same by the admin API
    irreversible: bool = True

    @property
    def trail(self) -> list[tuple[str, str]]:
        """Titles and addresses from the list down to the page that one came from."""
        return [*self.above, *([(self.place, self.back)] if self.place else [])]

    def given(self) -> bool:
        """Whether the form was sent and, where wanted, the name typed."""
        if request.method != "POST":
            return False
        return not self.typed or as_seen(request.form.get("typed", "")) == as_seen(self.typed)

    def page(self) -> tuple[str, int]:
        """The page; a second time with a message when the name typed was another."""
        mistyped = request.method == "POST"
        return render_template("confirm.html", asked=self, mistyped=mistyped), 422 if mistyped else 200


def as_seen(name: str) -> str:
    """The name as a page shows it: without joiners, several blanks as one: nobody can type what they cannot see."""
    return " ".join(name.translate(_JOINERS).split())


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 token`, `12 tokens`; the admin API counts no further than 10000."""
    return f"{number:,}{'+' if number >= 10_000 else ''} {one if number == 1 else many or one + 's'}"
