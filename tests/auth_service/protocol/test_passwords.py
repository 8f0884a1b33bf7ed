"""Hashing passwords takes 19 MiB for the moment, not for good."""

import os
import subprocess
import sys

import pytest

HASH_ON_EIGHT_THREADS = """
import threading
from auth_service.protocol.passwords import Passwords

def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")) // 1024

before, passwords = resident(), Passwords(8)
threads = [threading.Thread(target=passwords.hash, args=("x",)) for _ in range(8) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(resident() - before)
"""


@pytest.mark.thorough
def test_a_worker_does_not_grow_with_the_threads_that_hashed():
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", HASH_ON_EIGHT_THREADS]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) < 19, "MiB"
