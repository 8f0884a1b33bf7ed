"""`/admin/signing-keys`: the keys that sign id_tokens and JWT access tokens, their rotation and sudden end."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from admin_ui import admin_api
from admin_ui.web.confirmation import Confirmation
from admin_ui.web.curl import equivalent
from admin_ui.web.rights import require_reader, writers_only

blueprint = Blueprint("signing_keys", __name__)
blueprint.before_request(require_reader)
Page = str | tuple[str, int] | Response


@blueprint.get("/admin/signing-keys")
def index() -> str:
    """Every key by its algorithm, with what it does now and until when."""
    keys = admin_api.get("signing-keys")["items"]
    algorithms = sorted({key["alg"] for key in keys})
    groups = [(alg, [key for key in keys if key["alg"] == alg]) for alg in algorithms]
    return render_template("signing_keys/list.html", groups=groups, curl=equivalent("GET", "signing-keys"))


@blueprint.route("/admin/signing-keys/rotate", methods=["GET", "POST"])
@writers_only
def rotate() -> Page:
    """Publish successors of the current keys, which take over once everybody can know them."""
    asked = Confirmation(
        title="Rotate the signing keys now?",
        question="This happens by itself in time. Do it now if you do not want to wait for that.",
        irreversible=False,
        consequences=[
            "A successor of each current key is published at once, unless one waits already.",
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


@blueprint.route("/admin/signing-keys/<kid>/revoke", methods=["GET", "POST"])
@writers_only
def revoke(kid: str) -> Page:
    """End a key that somebody else may have, once its id was typed."""
    key = next((key for key in admin_api.get("signing-keys")["items"] if key["kid"] == kid), None)
    if key is None or key["state"] == "revoked":
        raise NotFound
    asked = Confirmation(
        title=f"Revoke the {key['alg']} key at once?",
        question="For when somebody else may have the private key. To replace a healthy key, rotate instead.",
        consequences=what_stops(key),
        button="Revoke at once",
        back=url_for("signing_keys.index"),
        place="Signing keys",
        typed=kid,
        curl=equivalent("POST", "signing-keys", kid, "revoke"),
    )
    if not asked.given():
        return asked.page()
    admin_api.post("signing-keys", kid, "revoke")
    flash(f"The {key['alg']} key {kid} is revoked.", "success")
    return redirect(asked.back)


def what_stops(key: dict[str, str]) -> list[str]:
    """What the end of the key means, by what it does now."""
    if key["state"] == "next":
        return [
            "It has signed nothing yet, so nothing stops working.",
            "The current key goes on signing. Another successor is published when the rotation is due.",
        ]
    return [
        "JWT access tokens that it signed are revoked.",
        "It is not published any more: applications refuse the id_tokens that it signed, as soon as they "
        "fetch the keys anew. That takes five minutes at most.",
        *(["Its successor signs from this moment on."] if key["state"] == "current" else []),
        "Opaque tokens, sessions and secrets have nothing to do with it, and stay.",
    ]
