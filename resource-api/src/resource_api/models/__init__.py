"""The documents of this service, in its own database."""

from resource_api.models.note import Note

__all__ = ["Note"]
