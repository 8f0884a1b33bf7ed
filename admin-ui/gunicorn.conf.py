"""How gunicorn serves admin-ui: one worker with threads.

One worker, because a refresh token may be redeemed once only: the threads share the memory in which
`admin_ui.token_refresh` keeps what a redemption gave, so that requests at the same moment share it too.
"""

import os
from pathlib import Path

from admin_ui.settings import load

settings = load()  # refuses wrong ones here, once; a worker that exits would only be started again
bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")
workers = settings.web_workers
threads = settings.web_threads
worker_class = "gthread"
preload_app = False
control_socket_disable = True
memory = Path("/dev/shm")  # noqa: S108  gunicorn opens its heartbeat there unpredictably named
worker_tmp_dir = str(memory) if memory.is_dir() else None
accesslog = None  # the service writes one JSON line a request itself, without query strings
loglevel = "warning"
# What is too long or too much the gateway refuses, at 16 KiB a line; gunicorn would do so in its own words.
limit_request_line = 0
limit_request_field_size = 16 * 1024
limit_request_fields = 1000
keepalive = 75
graceful_timeout = 20
timeout = 30
