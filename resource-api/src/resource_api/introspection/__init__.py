"""What a bearer token stands for, learnt in one of three ways (RFC 7662, RFC 9068).

Every strategy has `introspect(token) -> Introspection | None`. It says whether the token is one of ours and
whom it speaks for; `protection/` then checks expiry, audience and scope, the same for all of them.
"""

from resource_api.introspection.introspection import (
    Introspection,
    IntrospectionUnavailable,
    Introspector,
    moment,
)

__all__ = ["Introspection", "IntrospectionUnavailable", "Introspector", "moment"]
