"""The floor: as little as a Flask view that reads one document from MongoDB can do."""

import os

from flask import Flask, Response, jsonify
from pymongo import MongoClient


def create_app() -> Flask:
    """One view, one `find_one` by `_id`; no log, no hooks. It is served as resource-api is."""
    app = Flask(__name__)
    client = MongoClient(os.environ["RESOURCE_API_MONGODB_URI"])
    tokens = client[os.environ["RESOURCE_API_GATEHOUSE_DATABASE"]]["access_tokens"]

    @app.get("/<token_id>")
    def show(token_id: str) -> Response:
        return jsonify(active=tokens.find_one({"_id": token_id}) is not None)

    return app
