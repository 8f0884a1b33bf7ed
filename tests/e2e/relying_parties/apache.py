"""An Apache with Debian's mod_auth_openidc, which protects a page: an ordinary process, gone after the tests.

It listens on loopback alone. One virtual host, with a port and a client of its own, for each response type.
"""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

from deploy.local.child_process import free_ports, port_is_taken

MODULES = Path("/usr/lib/apache2/modules")
NEEDED = ("mpm_event", "authn_core", "authz_core", "authz_user", "dir", "mime", "headers", "auth_openidc")
ACCOUNT = "www-data"  # Debian's for Apache; root may not serve
PATIENCE = 20  # seconds

CONFIGURATION = """
ServerRoot {directory}
ServerName 127.0.0.1
PidFile {directory}/apache.pid
Mutex file:{directory}
ErrorLog {directory}/error.log
LogLevel warn auth_openidc:info
{modules}
DocumentRoot {directory}/pages
DirectoryIndex index.html
TypesConfig /dev/null
AddType text/html .html
<Directory {directory}/pages>
    Require all denied
</Directory>
{hosts}
"""

HOST = """
Listen 127.0.0.1:{port}
<VirtualHost 127.0.0.1:{port}>
    OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
    OIDCClientID {client_id}
    OIDCClientSecret {client_secret}
    OIDCProviderTokenEndpointAuth client_secret_basic
    OIDCRedirectURI {url}/private/callback
    OIDCResponseType "{response_type}"
    OIDCResponseMode {response_mode}
    OIDCPKCEMethod {pkce}
    OIDCScope "openid profile email"
    OIDCRemoteUserClaim preferred_username
    OIDCCryptoPassphrase {passphrase}
    OIDCSessionType server-cache
    OIDCCacheType file
    OIDCCacheDir {directory}/cache
    OIDCRedirectURLsAllowed ^{url}/
    <Location /private>
        AuthType openid-connect
        Require valid-user
        Header always set Remote-User expr=%{{REMOTE_USER}}
    </Location>
    <Location /goodbye>
        Require all granted
    </Location>
</VirtualHost>
"""


def executable() -> str | None:
    """The server's program, which is not on everybody's PATH."""
    return shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def missing() -> str | None:
    """Why there is no such server here, or None."""
    if executable() and (MODULES / "mod_auth_openidc.so").exists():
        return None
    return (
        "there is no Apache with mod_auth_openidc (apt-get install apache2-bin libapache2-mod-auth-openidc)"
    )


class Apache:
    """The server; as a context manager it is stopped, and what it wrote removed."""

    def __init__(self, issuer: str, response_types: tuple[str, ...]) -> None:
        self.issuer = issuer
        self.directory = Path(tempfile.mkdtemp(prefix="gatehouse-apache-"))
        self.ports = dict(zip(response_types, free_ports(len(response_types)), strict=True))
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, response_type: str) -> str:
        """The site that has this response type."""
        return f"http://127.0.0.1:{self.ports[response_type]}"

    def registration(self, response_type: str) -> dict[str, Any]:
        """What its client has to be registered with."""
        url = self.url(response_type)
        grants = ["authorization_code"] if "code" in response_type else []
        return {
            "client_name": f"Apache, {response_type}",
            "application_type": "native",  # on loopback
            "redirect_uris": [f"{url}/private/callback"],
            "post_logout_redirect_uris": [f"{url}/goodbye/"],
            "backchannel_logout_uri": f"{url}/private/callback?logout=backchannel",
            "backchannel_logout_session_required": True,
            "response_types": [response_type],
            "grant_types": grants + ([] if response_type == "code" else ["implicit"]),
        }

    def start(self, clients: dict[str, tuple[str, str]]) -> Self:
        """Serve as these clients (id and secret by response type); raises RuntimeError with the log's end."""
        self._write_pages()
        (self.directory / "apache.conf").write_text(self._configuration(clients))
        # Root becomes the account that Debian has for it; everybody else stays who they are.
        identity: dict[str, Any] = {}
        if os.getuid() == 0:
            identity = {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []}
            for path in (self.directory, *self.directory.rglob("*")):
                shutil.chown(path, ACCOUNT, ACCOUNT)
        command = [str(executable()), "-f", str(self.directory / "apache.conf"), "-D", "FOREGROUND"]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **identity)
        deadline = time.monotonic() + PATIENCE
        while not all(map(port_is_taken, self.ports.values())):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Apache does not start: {self.log()[-1500:]}")
            time.sleep(0.05)
        return self

    def log(self) -> str:
        """What it complains about."""
        log = self.directory / "error.log"
        return log.read_text() if log.exists() else "(no log)"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _write_pages(self) -> None:
        (self.directory / "cache").mkdir()
        for page, text in {"private/index.html": "The private page", "goodbye/index.html": "Goodbye"}.items():
            path = self.directory / "pages" / page
            path.parent.mkdir(parents=True)
            path.write_text(text)

    def _configuration(self, clients: dict[str, tuple[str, str]]) -> str:
        hosts = "".join(
            HOST.format(
                port=port,
                url=self.url(response_type),
                issuer=self.issuer,
                client_id=clients[response_type][0],
                client_secret=clients[response_type][1],
                response_type=response_type,
                response_mode="query" if response_type == "code" else "form_post",
                pkce="S256",
                passphrase=secrets.token_hex(16),
                directory=self.directory,
            )
            for response_type, port in self.ports.items()
        )
        modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in NEEDED)
        return CONFIGURATION.format(directory=self.directory, modules=modules, hosts=hosts)
