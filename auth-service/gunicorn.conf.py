"""How gunicorn serves auth-service: threads, no preload (pymongo's connections must not cross a fork)."""

import os
from pathlib import Path
from typing import Any

from auth_service.settings import load

settings = load()  # refuses wrong ones here, once; a worker that exits would only be started again
bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")
workers = settings.web_workers
threads = settings.web_threads
worker_class = "gthread"
preload_app = False
control_socket_disable = True
# Heartbeats go to memory: the container's own file system is read-only.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
accesslog = None  # the service writes one JSON line a request itself, without query strings
# What is too long or too much the gateway refuses, at 16 KiB a line; gunicorn would do so in its own words.
limit_request_line = 0
limit_request_field_size = 16 * 1024
limit_request_fields = 1000
keepalive = 75
graceful_timeout = 20
timeout = 30


def on_starting(_server: object) -> None:
    """Check once, before any worker: database, schema."""
    from auth_service.startup import prepare

    prepare(settings)


def post_worker_init(worker: Any) -> None:
    """Start the application's background work in each worker: after the fork, which threads do not survive."""
    from auth_service import background

    background.start(worker.wsgi)


def worker_exit(_server: object, worker: Any) -> None:
    """Let background work come to its end."""
    from auth_service import background

    if getattr(worker, "wsgi", None) is not None:  # a worker may end before it has loaded the application
        background.stop(worker.wsgi)
