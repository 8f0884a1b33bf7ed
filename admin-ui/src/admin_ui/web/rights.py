"""Which pages a person may open; the admin API decides in the end, here the words are better."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from werkzeug.exceptions import Forbidden

from admin_ui.signed_in import Person, current_person


def present_person() -> Person:
    """Who is signed in; raises Forbidden when nobody is."""
    person = current_person()
    if person is None:
        raise Forbidden
    return person


def require_reader() -> None:
    """Raises Forbidden unless the person is an administrator."""
    if not present_person().may_read:
        raise Forbidden


def writers_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """Open the view to administrators who may change things."""

    @wraps(view)
    def guarded(*arguments: Any, **values: Any) -> Any:
        if not present_person().may_write:
            raise Forbidden
        return view(*arguments, **values)

    return guarded


def client_changers_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """Open the view to those who may change clients: administrators, and owners of clients."""

    @wraps(view)
    def guarded(*arguments: Any, **values: Any) -> Any:
        if not present_person().may_change_clients:
            raise Forbidden
        return view(*arguments, **values)

    return guarded
