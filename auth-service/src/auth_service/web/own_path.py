"""Where a person may be sent after signing in: to a path of this origin, and nowhere else."""

import re
from urllib.parse import unquote

#: Printable ASCII without backslash, which browsers read as a slash, and without space and quotes.
_PLAIN = re.compile(r"/[!#-&(-\[\]-~]{0,2000}")


def own_path(target: str | None) -> str | None:
    """The target if it is a path of our own, else None.

    `//host` and `/\\host` are other hosts to a browser, and it drops tabs and line breaks; the same goes for
    a path that turns into one of those when something on the way decodes it.
    """
    if not target or not _PLAIN.fullmatch(target):
        return None
    path = target.partition("?")[0]
    for _ in range(3):
        if not _PLAIN.fullmatch(path) or path.startswith("//"):
            return None
        decoded = unquote(path, errors="replace")
        if decoded == path:
            return target
        path = decoded
    return None
