"""`GET /health`: whether this service can work, for the gateway and the container engine."""

from apiflask import APIBlueprint

from resource_api.web.current import service

blueprint = APIBlueprint("health", __name__, enable_openapi=False)


@blueprint.get("/health")
def health() -> dict[str, str]:
    """Answer 200 when MongoDB does; 503 comes from the error handler."""
    service().databases.gatehouse.command("ping")
    return {"status": "ok"}
