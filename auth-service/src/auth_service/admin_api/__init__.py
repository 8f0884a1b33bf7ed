"""The admin API, `/admin-api/v1`: clients, users, tokens, grants and keys as JSON, for bearer tokens.

`authorization` says who may do what; `errors` and `json_body` are the shape of what goes wrong; `paging` the
lists; then one file a resource. `client_registry` and `accounts` do the work, for the command line too.
"""

from apiflask import APIFlask

from auth_service.admin_api import (
    clients,
    errors,
    grants,
    initial_access_tokens,
    json_body,
    logout_deliveries,
    openapi,
    overview,
    signing_keys,
    tokens,
    users,
)

URL_PREFIX = "/admin-api/v1"

BLUEPRINTS = tuple(
    resource.blueprint
    for resource in (
        *(clients, initial_access_tokens, users, tokens, grants, signing_keys, logout_deliveries),
        overview,
    )
)

for _blueprint in BLUEPRINTS:
    _blueprint.before_request(json_body.check)
    errors.handle(_blueprint)


def register(app: APIFlask) -> None:
    """Mount the resources, with error replies of their own that reach no further than their blueprints."""
    openapi.configure(app, URL_PREFIX)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint, url_prefix=URL_PREFIX)
