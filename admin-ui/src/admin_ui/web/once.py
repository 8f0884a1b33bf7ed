"""Forms that are good once: the page that answers one shows a secret, and a reload without scripts sends it again."""

import secrets

from flask import Flask, request, session

LENGTH = 8  # characters of a form's number
KEPT = 16  # numbers that the session's cookie has room for


class Repeated(Exception):
    """The form was used up; `back` is the title and the address of the page where its work can be seen."""

    def __init__(self, *back: str) -> None:
        super().__init__("the form was sent before")
        self.back = back


def init_app(app: Flask) -> None:
    """Let templates number their forms."""
    app.jinja_env.globals["form_number"] = lambda: secrets.token_urlsafe(LENGTH)[:LENGTH]


def refuse_repeated(title: str, address: str) -> None:
    """Raise Repeated, with the page to go to, if what is sent was used up."""
    if request.method == "POST" and _number() in session.get("used_forms", []):
        raise Repeated(title, address)


def use_up() -> None:
    """Note that the form has done its work. The browser that would send it again sends the note with it."""
    if number := _number():
        session["used_forms"] = [*session.get("used_forms", []), number][-KEPT:]


def _number() -> str:
    return request.form.get("form_number", "")[:LENGTH]
