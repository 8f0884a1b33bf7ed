"""How gunicorn serves resource-api: threads, no preload (pymongo's connections must not cross a fork)."""

import os
from pathlib import Path

from resource_api.settings import load

settings = load()  # refuses wrong ones here, once; a worker that exits would only be started again
bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")
workers = settings.web_workers
threads = settings.web_threads
worker_class = "gthread"
preload_app = False
control_socket_disable = True
shared_memory = Path("/dev/shm")  # noqa: S108 - gunicorn creates its heartbeat files safely; the root may be read-only
worker_tmp_dir = str(shared_memory) if shared_memory.is_dir() else None
accesslog = None  # the service writes one JSON line a request itself, without query strings
loglevel = "warning"
# What is too long or too much the gateway refuses, at 16 KiB a line; gunicorn would do so in its own words.
limit_request_line = 0
limit_request_field_size = 16 * 1024
limit_request_fields = 1000
keepalive = 75
graceful_timeout = 20
timeout = 30


def on_starting(server: object) -> None:
    """Once, before the workers: refuse an old schema, make the indexes."""
    from resource_api.startup import prepare

    prepare(settings)
