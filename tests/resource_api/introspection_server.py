"""A stand-in for auth-service's introspection endpoint."""

from typing import Any

from flask import Flask, jsonify, request

from tests.resource_api.gatehouse import Gatehouse, hashed

CLIENT_SECRET = "a-client-secret-of-enough-characters"


def introspection_application(gatehouse: Gatehouse) -> Flask:
    app = Flask("introspection")

    @app.post("/oauth/introspect")
    def introspect() -> Any:
        given = request.authorization
        if not given or (given.username, given.password) != ("gatehouse-resource-api", CLIENT_SECRET):
            return jsonify(error="invalid_client"), 401
        found = gatehouse.database["access_tokens"].find_one({"_id": hashed(request.form["token"])})
        client = found and gatehouse.database["clients"].find_one({"_id": found["client_id"]})
        if (
            not found
            or found["expires_at"] <= gatehouse.clock.now()
            or not client
            or client.get("disabled_at")
        ):
            return jsonify(active=False)
        return jsonify(
            active=True,
            token_type="Bearer",
            client_id=found["client_id"],
            sub=found["sub"] or found["client_id"],
            scope=found["scope"],
            aud=found["aud"],
            exp=int(found["expires_at"].timestamp()),
        )

    return app
