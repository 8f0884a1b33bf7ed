"""`/admin/signing-keys`: the keys that sign id_tokens and JWT access tokens, and their rotation."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from admin_ui import admin_api
from admin_ui.web.confirmation import Confirmation
from admin_ui.web.curl import equivalent
from admin_ui.web.rights import require_reader, writers_only

blueprint = Blueprint("signing_keys", __name__)
blueprint.before_request(require_reader)


@blueprint.get("/admin/signing-keys")
def index() -> str:
    """Next, current and retired keys with their dates."""
    keys = admin_api.get("signing-keys")["items"]
    return render_template("signing_keys/list.html", keys=keys, curl=equivalent("GET", "signing-keys"))


@blueprint.route("/admin/signing-keys/rotate", methods=["GET", "POST"])
@writers_only
def rotate() -> str | tuple[str, int] | Response:
    """Publish successors of the current keys, which take over once everybody can know them."""
    asked = Confirmation(
        title="Rotate the signing keys now?",
        question="Rotate now and then, so that no key signs for long enough to be worth stealing.",
        irreversible=False,
        consequences=[
            "A successor of each current key is published at once.",
            "It begins to sign when every application has had the time to fetch it.",
            "What the present keys signed stays valid until it expires.",
        ],
        button="Rotate now",
        back=url_for("signing_keys.index"),
        place="Signing keys",
        curl=equivalent("POST", "signing-keys", "rotate"),
    )
    if not asked.given():
        return asked.page()
    admin_api.post("signing-keys", "rotate")
    flash("The next signing keys are published.", "success")
    return redirect(asked.back)
