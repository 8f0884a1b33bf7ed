"""Run a local system: `python -m deploy.local.run up|down|status [--port N] [--profile P] [--purge]`."""

import argparse
import signal
import sys
from typing import NoReturn

from deploy.local.system import System, SystemFailed


def main() -> None:
    """Do what the command line says; a failure is one clear block on standard error and exit status 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["up", "down", "status"])
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--profile", choices=["compat", "oauth21"], default="compat")
    parser.add_argument("--purge", action="store_true", help="down: remove the data, secrets and logs too")
    chosen = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup has the one ignored
            signal.signal(number, _interrupt)
    system = System(chosen.port, chosen.profile, outlive_us=True)
    try:
        if chosen.action == "up":
            with system.alone():
                up(system)
        elif chosen.action == "down":
            down(system, chosen.purge)
        else:
            status(system)
    except SystemFailed as failure:
        sys.exit(f"{failure}")
    except KeyboardInterrupt:
        sys.exit("Interrupted; what had been started is stopped.")


def up(system: System) -> None:
    """Start the system, unless all of it runs already as it is wanted."""
    running = system.running()
    if "gateway" not in running or not all(running.values()):  # it starts last: without it a start broke off
        system.start()
    elif system.running_profile == system.profile:
        print("  It runs already.")
    else:
        raise SystemFailed(
            f"port {system.port} runs with PROFILE={system.running_profile} already; "
            f"`make down PORT={system.port}` stops it"
        )


def down(system: System, purge: bool) -> None:
    """Stop the system and say what stays."""
    was_running = any(system.running().values())
    system.stop()
    print(
        f"Stopped the local system on port {system.port}."
        if was_running
        else f"Nothing ran on port {system.port}."
    )
    if purge:
        system.purge()
        print("Its data, secrets and logs are removed.")
    elif system.data.exists():
        print(f"Kept: the database and its secrets in {system.directory} (remove them with PURGE=1).")


def status(system: System) -> None:
    """List the processes; exit status 1 unless all of them run."""
    running = system.running()
    for name, runs in running.items():
        print(f"{name:16} {'running' if runs else 'stopped'}")
    if not running:
        print(f"No local system runs on port {system.port}.")
    sys.exit(0 if running and all(running.values()) else 1)


def _interrupt(number: int, _: object) -> NoReturn:
    """End in good order, undisturbed: a terminal that is closed hangs up more than once."""
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
