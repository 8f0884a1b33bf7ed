"""npm's openid-client in a Node of its own, told by the test what to do next."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Self

from tests.e2e.browser import Browser
from tests.e2e.oauth_client import REDIRECT_URI, OAuthClient
from tests.e2e.used_secrets import UsedSecrets

FOLDER = Path(__file__).parent / "openid_client"
REQUEST = {"redirect_uri": REDIRECT_URI, "scope": "openid profile email"}
ENVIRONMENT_BIN = Path(__file__).parents[3] / ".venv" / "bin"


class RelyingPartyError(Exception):
    """openid-client refused what it got, or was refused; the message has its code."""


class OpenidClient:
    """A relying party; as a context manager its process is ended."""

    def __init__(self, issuer: str, used_secrets: UsedSecrets) -> None:
        node = shutil.which("node") or shutil.which("node", path=str(ENVIRONMENT_BIN))
        assert node and (FOLDER / "node_modules").is_dir(), (
            f"run `npm ci` in {FOLDER} first; `make test` does"
        )
        self._issuer = issuer
        self._used_secrets = used_secrets
        self._process = subprocess.Popen(
            [node, FOLDER / "relying_party.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        with self._process:  # which closes its input, the end of its work
            pass

    def do(self, step: str, **what: Any) -> Any:
        """What came of the step; raises RelyingPartyError."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"do": step} | what) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"openid-client ended at {step}"
        outcome = json.loads(line)
        if "error" in outcome:
            raise RelyingPartyError(outcome["error"])
        result = outcome["result"]
        self._used_secrets.collect_members(result)
        if isinstance(result, dict):
            self._used_secrets.collect_members(result.get("tokens"))
        return result

    def discover(self, client: OAuthClient, **how: Any) -> dict[str, Any]:
        """Become a registered client, with nothing but its credentials and the issuer; the server's metadata."""
        how = {"method": client.auth_method, "secret": client.secret} | how
        return self.do("discover", issuer=self._issuer, client_id=client.client_id, **how)

    def register(self, metadata: dict[str, Any], **how: Any) -> dict[str, Any]:
        """Become a client by registering (OIDC Registration §3); what it was registered as.

        Unless told otherwise it authenticates as RFC 7591 §2 has it by default, which is not openid-client's own.
        """
        how = {"method": "client_secret_basic"} | how
        return self.do("register", issuer=self._issuer, metadata=metadata, **how)


def sign_in(relying_party: OpenidClient, person: Browser, **parameters: str) -> dict[str, Any]:
    """The whole flow; returns `claims` and, but for the implicit flow, `tokens`."""
    url = relying_party.do("request", parameters=REQUEST | parameters)
    return relying_party.do("answer", url=person.visit_for_client(url))
