"""Changing a user, locking them out and letting them in, a new password, deleting."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin_ui import admin_api
from admin_ui.auth_service_api import Refused
from admin_ui.current import admin_ui
from admin_ui.web import once
from admin_ui.web.confirmation import Confirmation
from admin_ui.web.curl import equivalent
from admin_ui.web.rights import require_reader, writers_only
from admin_ui.web.users import ProfileForm, profile_fields

blueprint = Blueprint("user_changes", __name__)
blueprint.before_request(require_reader)
Page = str | tuple[str, int] | Response
NEW_PASSWORD = "A new password is generated and shown once; give it to them by a way that you trust."
IN_THE_DEMO = "In the demo, everybody's password is “valid” and stays so. This signs them out all the same."
SIGNED_OUT = [
    "Their sessions end: they are signed out everywhere.",
    "All tokens given for them stop working.",
]


@blueprint.route("/admin/users/<sub>/edit", methods=["GET", "POST"])
@writers_only
def edit(sub: str) -> Page:
    """Change name, email and role."""
    user = admin_api.get("users", sub)
    form = ProfileForm(
        data={**user, **(user.get("address") or {}), "administrator": "admin" in user.get("roles", [])}
    )
    if form.sent_and_valid():
        try:
            admin_api.patch("users", sub, **_changes(user, form))
            flash("The changes are saved.", "success")
            return redirect(url_for("users.page", sub=sub))
        except Refused as refused:
            form.take_errors(refused)
    page = render_template("users/form.html", form=form, user=user)
    return page if request.method == "GET" else (page, 422)


def _changes(user: dict[str, Any], form: ProfileForm) -> dict[str, object]:
    """Only what differs; roles that this page does not know are kept."""
    fields = profile_fields(form)
    others = [role for role in user.get("roles", []) if role != "admin"]
    fields["roles"] = others + list(fields["roles"])  # type: ignore[call-overload]
    formatted = (user.get("address") or {}).get("formatted")  # the form has its parts only
    if formatted and fields["address"]:
        fields["address"] = {"formatted": formatted, **fields["address"]}  # type: ignore[dict-item]
    return {name: value for name, value in fields.items() if (value or None) != (user.get(name) or None)}


@blueprint.route("/admin/users/<sub>/disable", methods=["GET", "POST"])
@writers_only
def disable(sub: str) -> Page:
    """Lock the user out."""
    user = admin_api.get("users", sub)
    asked = Confirmation(
        title=f"Disable {user['username']}?",
        question="The account stays, and can be enabled again at any time.",
        consequences=["They cannot sign in.", *SIGNED_OUT, "What they allowed to applications is forgotten."],
        button="Disable user",
        back=url_for("users.page", sub=sub),
        place=user["username"],
        above=(("Users", url_for("users.index")),),
        curl=equivalent("PATCH", "users", sub, content={"disabled": True}),
        irreversible=False,
    )
    if not asked.given():
        return asked.page()
    admin_api.patch("users", sub, disabled=True)
    flash(f"{user['username']} is disabled.", "success")
    return redirect(asked.back)


@blueprint.post("/admin/users/<sub>/enable")
@writers_only
def enable(sub: str) -> Response:
    """Let the user in again."""
    user = admin_api.patch("users", sub, disabled=False)
    flash(f"{user['username']} is enabled.", "success")
    return redirect(url_for("users.page", sub=sub))


@blueprint.route("/admin/users/<sub>/password", methods=["GET", "POST"])
@writers_only
def reset_password(sub: str) -> Page:
    """Generate a password, which the answer to the POST alone shows."""
    user = admin_api.get("users", sub)
    once.refuse_repeated(user["username"], url_for("users.page", sub=sub))
    demo = admin_ui().settings.demo
    asked = Confirmation(
        title=f"Reset the password of {user['username']}?",
        question=IN_THE_DEMO if demo else NEW_PASSWORD,
        consequences=[*([] if demo else ["Their present password stops working."]), *SIGNED_OUT],
        button="Reset password",
        back=url_for("users.page", sub=sub),
        place=user["username"],
        above=(("Users", url_for("users.index")),),
        curl=equivalent("POST", "users", sub, "password", content={}),
    )
    if not asked.given():
        return asked.page()
    reply = admin_api.post("users", sub, "password")
    once.use_up()
    return render_template(
        "users/password_shown.html", user=user, password=reply.get("password"), created=False
    )


@blueprint.route("/admin/users/<sub>/delete", methods=["GET", "POST"])
@writers_only
def delete(sub: str) -> Page:
    """Delete the user once the username was typed."""
    user = admin_api.get("users", sub)
    asked = Confirmation(
        title=f"Delete {user['username']}?",
        question="A deleted account cannot be brought back. To lock somebody out for a while, disable them.",
        consequences=[*SIGNED_OUT, "What they allowed to applications is forgotten."],
        button="Delete user",
        back=url_for("users.page", sub=sub),
        place=user["username"],
        above=(("Users", url_for("users.index")),),
        typed=user["username"],
        curl=equivalent("DELETE", "users", sub),
    )
    if not asked.given():
        return asked.page()
    admin_api.delete("users", sub)
    flash(f"{user['username']} is deleted.", "success")
    return redirect(url_for("users.index"))
