"""What the views need of the application that serves them."""

from dataclasses import dataclass

from flask import current_app

from resource_api.clock import Clock
from resource_api.database import Databases

EXTENSION = "resource_api"


@dataclass(frozen=True)
class Service:
    """The databases and the clock of one application."""

    databases: Databases
    clock: Clock


def service() -> Service:
    """The running application's Service."""
    found: Service = current_app.extensions[EXTENSION]
    return found
