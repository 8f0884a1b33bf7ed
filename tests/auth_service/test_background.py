"""Work beside the requests: repeated, patient after failures, in every gunicorn worker, and never in a test's way."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from auth_service.background import Background
from tests.auth_service.test_settings import GOOD

SERVICE = Path(__file__).parents[2] / "auth-service"


def test_work_is_repeated_until_it_is_stopped():
    times, enough = [], threading.Event()

    def work():
        times.append(threading.current_thread())
        if len(times) == 3:
            enough.set()

    background = Background(0.001, work, "counting")
    background.start()
    assert enough.wait(10)
    background.stop()
    assert not times[0].is_alive()
    assert times[0].daemon


def test_a_failure_is_logged_and_makes_it_wait_longer():
    outcomes = iter([ValueError("no"), ValueError("no"), None, ValueError("no")])

    def work():
        if (outcome := next(outcomes)) is not None:
            raise outcome

    background = Background(5, work, "failing")
    with capture_logs() as lines:
        assert [background.run_once() for _ in range(4)] == [10, 20, 5, 10]
    assert [(line["event"], line["work"], line["failures"]) for line in lines] == [
        ("background_failed", "failing", 1),
        ("background_failed", "failing", 2),
        ("background_failed", "failing", 1),
    ]


@pytest.mark.parametrize(("interval", "longest"), [(5, 60), (300, 300)])
def test_it_never_waits_much_longer(interval, longest):
    background = Background(interval, lambda: 1 / 0, "failing")
    assert max(background.run_once() for _ in range(40)) == longest


def test_an_application_begins_nothing_by_itself(app):
    assert app.extensions["background"]
    assert not [thread for thread in threading.enumerate() if thread.name == "signing keys"]


GUNICORN = """
import os, sys, threading
from flask import Flask
from auth_service.background import Background

def create_app():
    app = Flask("app")
    def work():
        os.write(1, f"working in {os.getpid()}\\n".encode())
    app.extensions["background"] = [Background(60, work, "saying")]
    return app
"""


@pytest.mark.thorough
def test_each_worker_of_gunicorn_does_it_after_the_fork(tmp_path):
    (tmp_path / "saying.py").write_text(GUNICORN)
    settings = (SERVICE / "gunicorn.conf.py").read_text().partition("def on_starting")
    without_database = settings[0] + "def post_worker_init" + settings[2].partition("def post_worker_init")[2]
    (tmp_path / "gunicorn.conf.py").write_text(without_database)
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "saying:create_app()"],
        cwd=tmp_path,
        env={**os.environ, **GOOD, "WEB_BIND": f"unix:{tmp_path}/socket", "WEB_WORKERS": "2"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        lines = [process.stdout.readline() for _ in range(2)]
        assert len(set(lines)) == 2
        assert all(line.startswith("working in ") for line in lines)
        assert f"working in {process.pid}\n" not in lines
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0  # the threads keep nothing from ending
        process.stdout.close()
