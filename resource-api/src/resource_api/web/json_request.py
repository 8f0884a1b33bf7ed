"""A request whose JSON body may come from anybody."""

from typing import Any

from flask import Request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge


class JSONRequest(Request):
    """Insists on a JSON content type, which APIFlask's pydantic input does not, and on a body of bounded size."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The parsed body; raises UnsupportedMediaType, RequestEntityTooLarge or BadRequest."""
        limit = self.max_content_length or 0
        if self.content_length is None and len(self.get_data()) >= limit:
            raise RequestEntityTooLarge  # a chunked body: werkzeug reads to the limit and says nothing
        try:
            return super().get_json(force=False, silent=silent, cache=cache)
        except RecursionError:
            raise BadRequest from None
