"""The command line, `gatehouse`: what an operator does beside the running server, by the API's own rules."""

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

import click
import structlog
from pydantic import BaseModel, ValidationError
from pymongo.errors import PyMongoError

from auth_service import migrate as migration
from auth_service import settings as settings_module
from auth_service.admin_api import accounts, client_json, client_registry, signing_keys, user_json
from auth_service.admin_api.errors import InvalidField
from auth_service.clock import Clock
from auth_service.models import SigningKey, User, database
from auth_service.models.user import ADMIN
from auth_service.protocol import rekey as rekeying
from auth_service.protocol.client_metadata import InvalidClientMetadata, faults_of
from auth_service.protocol.passwords import TooManySignIns
from auth_service.protocol.server import AuthorizationServer

#: Each metadata field's option, its help, and whether it can be given more than once.
CLIENT_OPTIONS: dict[str, tuple[str, str, bool]] = {
    "client_name": ("--name", "What people are shown.", False),
    "redirect_uris": ("--redirect-uri", "Where answers go; compared exactly. Repeatable.", True),
    "post_logout_redirect_uris": ("--post-logout-redirect-uri", "Where people go after logout.", True),
    "grant_types": (
        "--grant-type",
        "authorization_code (default), client_credentials, ... Repeatable.",
        True,
    ),
    "response_types": ("--response-type", 'code (default), id_token, "code id_token", ... Repeatable.', True),
    "scope": ("--scope", 'What it may ask for, as in "openid profile".', False),
    "token_endpoint_auth_method": (
        "--auth-method",
        "client_secret_basic (default), private_key_jwt, none, ...",
        False,
    ),
    "application_type": ("--application-type", "web (default) or native.", False),
    "client_uri": ("--client-uri", "Its home page.", False),
    "logo_uri": ("--logo-uri", "Its logo.", False),
    "policy_uri": ("--policy-uri", "Its privacy policy.", False),
    "tos_uri": ("--tos-uri", "Its terms of service.", False),
    "contacts": ("--contact", "Who answers for it. Repeatable.", True),
    "id_token_signed_response_alg": ("--id-token-alg", "RS256 (default), PS256, ES256 or EdDSA.", False),
    "jwks_uri": ("--jwks-uri", "Where its public keys are.", False),
    "subject_type": ("--subject-type", "public (default) or pairwise.", False),
    "sector_identifier_uri": (
        "--sector-identifier-uri",
        "Where its sector's redirect URIs are listed.",
        False,
    ),
    "request_uris": ("--request-uri", "Where request objects of its may be. Repeatable.", True),
    "initiate_login_uri": ("--initiate-login-uri", "Where others may start a sign-in at it.", False),
    "backchannel_logout_uri": (
        "--backchannel-logout-uri",
        "Where it is told that a session has ended.",
        False,
    ),
    "frontchannel_logout_uri": (
        "--frontchannel-logout-uri",
        "The page of its that signs out a browser.",
        False,
    ),
    "profile": ("--profile", "A stricter security profile than the server's: oauth21.", False),
    "access_token_format": ("--access-token-format", "opaque (default) or jwt.", False),
    "audience": ("--audience", "The audience of its tokens, instead of the scopes'. Repeatable.", True),
    "owner": ("--owner", "The username of the person who may manage it.", False),
}
USER_OPTIONS = {"username": "USERNAME", "name": "--name", "email": "--email", "password": "password"}

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, an object a line, for scripts.")


class BadOptions(click.ClickException):
    """Options that cannot be taken: a line for each, and exit status 2."""

    exit_code = 2

    def __init__(self, faults: Iterable[tuple[str, str]], options: dict[str, str]) -> None:
        named = ((name_option(field, options), text) for field, text in faults)
        super().__init__("\n".join(f"Error: {option}: {text}" for option, text in named))

    def show(self, file: Any = None) -> None:
        """Print the lines to stderr."""
        click.echo(self.format_message(), err=True)


class Commands(click.Group):
    """The commands, with every expected failure told in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except PyMongoError as error:
            # The name alone, like AuthenticationFailed: its message can quote what was to be written.
            details = getattr(error, "details", None) or {}
            reason = details.get("codeName") or type(error).__name__
            raise click.ClickException(f"the database does not do it ({reason})") from None
        except TooManySignIns:
            raise click.ClickException("the machine is too busy to hash a password, try again") from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Operate Gatehouse's authorization server. Settings come from GATEHOUSE_* variables."""
    # What a command prints may be read by a program: what happens on the way goes to stderr.
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


@cli.command()
def migrate() -> None:
    """Bring the database to this version: collections, indexes, users, keys. Run it as often as you like."""
    settings = settings_module.load()
    migration.migrate(settings)
    click.echo(f"The database {settings.mongodb_database} is at schema version {database.SCHEMA_VERSION}.")


def user_options(command: Callable[..., None]) -> Callable[..., None]:
    """What `create-user` and `create-admin` have in common."""
    for decorate in (
        as_json,
        click.option("--generate-password", is_flag=True, help="Make a password and print it once."),
        click.option(
            "--password-stdin", is_flag=True, help="Read the password from the first line of stdin."
        ),
        click.option("--email", help="Their email address."),
        click.option("--name", help="Their full name."),
        click.argument("username"),
    ):
        command = decorate(command)
    return command


@cli.command("create-user")
@user_options
def create_user(**options: Any) -> None:
    """Create a user. The password is asked for; it is never an argument."""
    make_user([], **options)


@cli.command("create-admin")
@user_options
def create_admin(**options: Any) -> None:
    """Create an administrator. The password is asked for; it is never an argument."""
    make_user([ADMIN], **options)


@cli.command("create-client")
@click.option("--resource-server", is_flag=True, help="It may introspect every token.")
@click.option("--no-consent", is_flag=True, help="People are not asked: it is your own.")
@as_json
def create_client(as_json: bool, resource_server: bool, no_consent: bool, **given: Any) -> None:
    """Register a client. Its secret is printed once."""
    fields: dict[str, Any] = {
        name: list(v) if isinstance(v, tuple) else v for name, v in given.items() if v not in (None, ())
    }
    fields |= {"resource_server": resource_server, "consent_required": not no_consent}
    options = {field: option for field, (option, _, _) in CLIENT_OPTIONS.items()}
    server = start()
    if "owner" in fields:
        fields["owner"] = find_owner(fields["owner"], options)
    try:
        checked = client_json.ClientIn.model_validate(fields).model_dump(exclude_unset=True)
        created = client_registry.create(server, checked)
    except ValidationError as error:
        raise BadOptions(faults_of(error), options) from None
    except InvalidClientMetadata as error:
        raise BadOptions(error.faults, options) from None
    body = {**client_json.show(created.document), "client_secret": created.secret}
    tell(client_json.NewClientOut(**body), as_json, {"client_id": "Client", "client_secret": "Secret"})


for _field, (_option, _help, _multiple) in reversed(CLIENT_OPTIONS.items()):
    create_client.params.insert(0, click.Option([_option, _field], help=_help, multiple=_multiple))


@cli.command("rotate-keys")
@as_json
def rotate_keys(as_json: bool) -> None:
    """Publish new signing keys; they take over when every client can know them."""
    server = start()
    for key in server.keys.rotate():
        tell_key(server, key, as_json)


@cli.command("revoke-key")
@click.argument("kid")
@as_json
def revoke_key(kid: str, as_json: bool) -> None:
    """End a signing key that others may have, at once, and print the keys that sign now."""
    server = start()
    if (revoked := server.keys.revoke(kid)) is None:
        raise click.ClickException(f"there is no signing key {kid}")
    click.echo(f"Revoked {kid}, and {revoked} access tokens that it had signed.", err=True)
    for key in server.keys.documents():
        if key.state_at(server.clock.now()) == "current":
            tell_key(server, key, as_json)


@cli.command("rekey")
def rekey() -> None:
    """Encrypt everything anew with KEY_ENCRYPTION_KEY that PREVIOUS_KEY_ENCRYPTION_KEY encrypted."""
    outcomes = rekeying.rekey(start().sealer)
    for outcome in outcomes:
        click.echo(f"{outcome.what}: {outcome.resealed} encrypted anew, {outcome.unchanged} had been already")
    closed = [f"{found_id} ({outcome.what})" for outcome in outcomes for found_id in outcome.unreadable]
    if closed:
        raise click.ClickException(f"neither of the two keys opens {', '.join(closed)}")


def tell_key(server: AuthorizationServer, key: SigningKey, as_json: bool) -> None:
    """Print a signing key."""
    shown = signing_keys.SigningKeyOut(**signing_keys.show(server.keys, key, server.clock.now()))
    tell(shown, as_json, {"kid": "Key", "alg": "Algorithm", "activates_at": "Signs from"})


def start() -> AuthorizationServer:
    """The server's core on its database; exits with status 1 when the settings or the schema are wrong."""
    settings = settings_module.load()
    try:
        database.check_schema(
            database.connect(settings.mongodb_uri.get_secret_value(), settings.mongodb_database)
        )
    except database.SchemaTooOld as error:
        raise click.ClickException(str(error)) from None
    return AuthorizationServer(settings, Clock())


def make_user(
    roles: list[str], *, password_stdin: bool, generate_password: bool, as_json: bool, **given: Any
) -> None:
    """Create the account and tell; raises BadOptions."""
    server = start()
    fields = {name: value for name, value in given.items() if value is not None} | {"roles": roles}
    try:
        user_json.UserIn.model_validate(fields)  # before anybody has to type a password
        if not generate_password:
            fields["password"] = read_password(password_stdin)
        checked = user_json.UserIn.model_validate(fields).model_dump(exclude_unset=True)
        created = accounts.create(server, checked)
    except ValidationError as error:
        raise BadOptions(faults_of(error), USER_OPTIONS) from None
    except InvalidField as error:
        raise BadOptions(error.faults, USER_OPTIONS) from None
    body = {**user_json.show(created.document), "password": created.generated_password}
    labels = {"username": "User", "sub": "Subject", "password": "Password"}
    tell(user_json.NewUserOut(**body), as_json, labels)


def read_password(from_stdin: bool) -> str:
    """The password, from stdin's first line or asked for twice at the terminal; raises BadOptions."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise BadOptions(
            [("--password-stdin", "this or --generate-password is needed without a terminal")], {}
        )
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def find_owner(username: str, options: dict[str, str]) -> str:
    """The subject of a user; raises BadOptions."""
    user = User.find(username)
    if user is None:
        raise BadOptions([("owner", "is not the name of a user")], options)
    return str(user.id)


def name_option(field: str, options: dict[str, str]) -> str:
    """The option that set a field: `redirect_uris[1]` is the second `--redirect-uri`."""
    name, _, index = field.partition("[")
    option = options.get(name, name)
    return f"{option} ({int(index.rstrip(']')) + 1})" if index.rstrip("]").isdigit() else option


def tell(made: BaseModel, as_json: bool, labels: dict[str, str]) -> None:
    """Print what was made: all of it as JSON, or some of it for people. A secret is shown this once."""
    shown = made.model_dump(mode="json")
    if as_json:
        click.echo(json.dumps(shown))
        return
    for field, label in labels.items():
        if shown[field] is not None:
            click.echo(f"{click.style(f'{label:<10}', bold=True)} {shown[field]}")


def main() -> None:
    """The entry point of the script `gatehouse`."""
    cli(prog_name="gatehouse")
