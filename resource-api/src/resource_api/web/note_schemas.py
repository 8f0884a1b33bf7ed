"""What goes in and out of /api/notes."""

import unicodedata
from datetime import datetime
from typing import Annotated, Self

from bson import ObjectId
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from resource_api.models import Note
from resource_api.models.note import MAX_TEXT, MAX_TITLE


def refuse_control_characters(text: str) -> str:
    """Return the text; ValueError when it holds a control character other than tab and line break."""
    if any(unicodedata.category(character) == "Cc" and character not in "\t\r\n" for character in text):
        raise ValueError("must hold no control characters")
    return text


def refuse_line_breaks(text: str) -> str:
    """Return the text; ValueError when it is more than one line."""
    if set(text) & set("\t\r\n"):
        raise ValueError("must be one line without tabs")
    return text


def check_note_id(text: str) -> str:
    """Return the id; ValueError when it cannot be one."""
    if not ObjectId.is_valid(text):
        raise ValueError("is not a value of `next`")
    return text


Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TITLE),
    AfterValidator(refuse_control_characters),
    AfterValidator(refuse_line_breaks),
]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(refuse_control_characters)]


class NewNote(BaseModel):
    """A note to create."""

    model_config = ConfigDict(extra="forbid")
    title: Title
    text: Text = ""


class NoteChange(BaseModel):
    """What to change in a note; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")
    title: Title = ""
    text: Text = ""

    @model_validator(mode="after")
    def refuse_nothing(self) -> Self:
        """A change that changes nothing is a mistake of its sender."""
        if not self.model_fields_set:
            raise ValueError("name at least one of title and text")
        return self


class NoteOut(BaseModel):
    """A note."""

    id: str
    title: str
    text: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, note: Note) -> Self:
        """Show a stored note, without the name of its owner's space."""
        return cls(
            id=str(note.id),
            title=note.title,
            text=note.text,
            created_at=note.created_at,
            updated_at=note.updated_at,
        )


class NotePage(BaseModel):
    """Some notes, newest first."""

    items: list[NoteOut]
    next: str | None = Field(description="give it as `after` to read on; null on the last page")


class PageQuery(BaseModel):
    """Which page of a list."""

    limit: int = Field(25, ge=1, le=100)
    after: Annotated[str, AfterValidator(check_note_id)] | None = None
