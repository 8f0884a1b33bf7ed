"""A request whose JSON body may come from anybody."""

from typing import Any

from flask import Request
from werkzeug.exceptions import BadRequest


class JSONRequest(Request):
    """Insists on a JSON content type, which APIFlask's pydantic input does not, and survives deep nesting."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The parsed body; raises UnsupportedMediaType or BadRequest."""
        try:
            return super().get_json(force=False, silent=silent, cache=cache)
        except RecursionError:
            raise BadRequest from None
