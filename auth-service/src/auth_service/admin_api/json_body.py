"""What came in, looked at before anything reads it: the query without repetitions; the body JSON, and storable."""

import json

from flask import request

from auth_service.admin_api.errors import InvalidField, Refusal

#: The gateway's limit too; here for whoever reaches the service another way.
MAX_BYTES = 64 * 1024


def check() -> None:
    """Refuse a repeated parameter (400), and what is not JSON: by its type (415), size (413) or content (400)."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise InvalidField(name[:100], "was sent more than once")
    request.max_content_length = MAX_BYTES
    body = request.get_data()
    if request.method in ("GET", "DELETE") or not (body or request.mimetype):
        return
    if request.mimetype != "application/json":
        raise Refusal(415, "The Content-Type must be application/json")
    try:
        content = json.loads(body)
        # Half of a surrogate pair is good JSON and no text: it could be neither stored nor shown.
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Refusal(400, "The body is not well-formed JSON in UTF-8") from None
    if not isinstance(content, dict):
        raise Refusal(400, "The body must be a JSON object")
