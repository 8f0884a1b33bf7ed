"""The demo in containers: how long it takes to start, and how large the images of our services are."""

import subprocess
from collections.abc import Iterator

from deploy.demo.docker_engine import DockerFailed, find_engine
from deploy.numbers.commands import FreshClone, Unmeasured
from deploy.numbers.table import Number

PATIENCE = 900  # seconds, for a command that should take four minutes
SERVICES = ("auth-service", "resource-api", "admin-ui")
OFFICIAL_BASE, STAND_IN = "python:3.13-slim", "gatehouse-base/python:3.13"


def measure(clone: FreshClone, forget_images: bool) -> Iterator[Number]:
    """Start it with nothing prepared, where there are no images or they may be forgotten, and then anew."""
    try:
        find_engine()
    except DockerFailed as reason:
        raise Unmeasured(f"no containers: {reason}") from None
    if forget_images:
        forget()
    nothing_prepared = not gatehouse_images()
    first = clone.make("demo", "MODE=docker", patience=PATIENCE)
    where = "with Docker" if size(OFFICIAL_BASE) else "with Docker and no registry"
    if nothing_prepared:
        yield Number(f"`make demo` {where}, nothing prepared", first, "s", 240)
    clone.make("down", "PURGE=1", patience=PATIENCE)
    again = clone.make("demo", "MODE=docker", patience=PATIENCE)
    yield Number(f"`make demo` {where}, images built", again, "s", 30)
    clone.make("down", "PURGE=1", patience=PATIENCE)
    base = size(OFFICIAL_BASE) or size(STAND_IN)
    for service in SERVICES:
        above_base = (size(f"gatehouse/{service}") - base) / 1e6
        yield Number(f"image of {service}, above its base", above_base, "MB", 150)
    if not nothing_prepared:
        raise Unmeasured(
            "the first start in containers: there were images already (FORGET_IMAGES=1 removes them)"
        )


def gatehouse_images() -> list[str]:
    """Images of our services, and the stand-ins for base images."""
    return _docker("images", "--quiet", "--filter", "reference=gatehouse*/*").split()


def forget() -> None:
    """Remove our images, the stand-ins and the whole build cache; containers that run keep theirs."""
    if images := gatehouse_images():
        _docker("rmi", "--force", *images)
    _docker("builder", "prune", "--all", "--force")


def size(image: str) -> int:
    """Its size in bytes, 0 if it is not there."""
    return int(_docker("image", "inspect", "--format", "{{.Size}}", image) or 0)


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True).stdout.strip()
