"""`/api/notes`: a resource with owners. Each person, and each client for itself, sees only its own notes."""

from apiflask import APIBlueprint
from bson import ObjectId
from flask import Response, abort, url_for

from resource_api.models import Note
from resource_api.models.note import MAX_NOTES, new_note_id
from resource_api.protection import current_token, require_scope
from resource_api.web.current import service
from resource_api.web.note_schemas import NewNote, NoteChange, NoteOut, NotePage, PageQuery

blueprint = APIBlueprint("notes", __name__, url_prefix="/api/notes", tag="Notes")


@blueprint.get("")
@require_scope("notes:read")
@blueprint.input(PageQuery, location="query")
@blueprint.output(NotePage)
def list_notes(query_data: PageQuery) -> NotePage:
    """List your notes, newest first."""
    notes = Note.objects(owner=owner())
    if query_data.after:
        notes = notes.filter(id__lt=ObjectId(query_data.after))
    found = list(notes.order_by("-id").limit(query_data.limit + 1))
    page = found[: query_data.limit]
    return NotePage(
        items=[NoteOut.of(note) for note in page], next=str(page[-1].id) if len(found) > len(page) else None
    )


@blueprint.post("")
@require_scope("notes:write")
@blueprint.input(NewNote)
@blueprint.output(NoteOut, 201)
@blueprint.doc(responses={409: f"You have {MAX_NOTES} notes already"})
def create_note(json_data: NewNote) -> tuple[NoteOut, int, dict[str, str]]:
    """Write a note."""
    if Note.objects(owner=owner()).limit(MAX_NOTES).count(with_limit_and_skip=True) >= MAX_NOTES:
        abort(409, f"You have {MAX_NOTES} notes already: delete some first")
    now = service().clock.now()
    note = Note(id=new_note_id(now), owner=owner(), **json_data.model_dump(), created_at=now, updated_at=now)
    note.save(force_insert=True)
    return NoteOut.of(note), 201, {"Location": url_for("notes.read_note", note_id=note.id)}


@blueprint.get("/<note_id>")
@require_scope("notes:read")
@blueprint.output(NoteOut)
def read_note(note_id: str) -> NoteOut:
    """Read one of your notes."""
    note = Note.objects(id=stored_id(note_id), owner=owner()).first()
    return NoteOut.of(note or abort(404))


@blueprint.patch("/<note_id>")
@require_scope("notes:write")
@blueprint.input(NoteChange)
@blueprint.output(NoteOut)
def change_note(note_id: str, json_data: NoteChange) -> NoteOut:
    """Change one of your notes."""
    changes = {**json_data.model_dump(exclude_unset=True), "updated_at": service().clock.now()}
    note = Note.objects(id=stored_id(note_id), owner=owner()).modify(new=True, **changes)
    return NoteOut.of(note or abort(404))


@blueprint.delete("/<note_id>")
@require_scope("notes:write")
@blueprint.doc(responses={204: "The note is gone"})
def delete_note(note_id: str) -> Response:
    """Delete one of your notes."""
    if not Note.objects(id=stored_id(note_id), owner=owner()).delete():
        abort(404)
    return Response(status=204)


def owner() -> str:
    """The space that the token opens: the person's, or the client's own when it acts for nobody."""
    return f"client:{current_token.client_id}" if current_token.sub is None else f"user:{current_token.sub}"


def stored_id(note_id: str) -> ObjectId:
    """The id as it is stored; what cannot be an id is a note that does not exist."""
    return ObjectId(note_id) if ObjectId.is_valid(note_id) else abort(404)
