"""Which of the three strategies the settings ask for."""

from resource_api.clock import Clock
from resource_api.database import Databases
from resource_api.introspection.endpoint import EndpointIntrospector
from resource_api.introspection.introspection import Introspector
from resource_api.introspection.jwt import JWTIntrospector
from resource_api.introspection.shared_database import SharedDatabaseIntrospector
from resource_api.introspection.signing_keys import SigningKeys
from resource_api.settings import Settings


def choose_introspector(settings: Settings, databases: Databases, clock: Clock) -> Introspector:
    """Build the strategy named by `introspection`."""
    if settings.introspection == "endpoint":
        secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
        return EndpointIntrospector(settings.introspection_endpoint, settings.client_id, secret)
    if settings.introspection == "jwt":
        return JWTIntrospector(settings.issuer, SigningKeys(settings.jwks_uri, clock), clock)
    return SharedDatabaseIntrospector(databases.gatehouse, settings.client_cache_seconds)
