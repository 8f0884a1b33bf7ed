"""Authentication context classes (OIDC Core §2, `acr`): the names of what a way to sign in is worth."""

from collections.abc import Iterable

#: By the method (RFC 8176) that reaches it. SAML's names: an absolute URI that others know too.
_CLASS_OF = {"pwd": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"}

SUPPORTED = tuple(_CLASS_OF.values())


def acr_of(amr: Iterable[str]) -> str | None:
    """The class that these methods reach, or None."""
    return next((_CLASS_OF[method] for method in amr if method in _CLASS_OF), None)
