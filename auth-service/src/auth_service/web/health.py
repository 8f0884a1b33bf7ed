"""Whether this service can do its work: it can when its database answers."""

from flask import Blueprint
from mongoengine import get_db

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def show() -> dict[str, str]:
    """200 when MongoDB answers; its silence is an exception that `errors` turns into 503."""
    get_db().command("ping")
    return {"status": "ok"}
