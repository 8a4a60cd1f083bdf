"""A real S3 server on this machine: Versity's gateway, built from the Go module proxy."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.part import Part
from tests.go_programs import GoTools
from tests.ports import free_port, is_taken

_GATEWAY = ("github.com/versity/versitygw/cmd/versitygw", "v1.8.0")


@dataclass(frozen=True)
class ObjectStorage:
    """Where it is, and the keys to it."""

    url: str
    access_key: str
    secret_key: str


@contextmanager
def object_storage(tools: GoTools, directory: Path) -> Iterator[ObjectStorage]:
    """An empty one, as long as the block; its objects and log are in `directory`.

    Raises CannotBuild.
    """
    package, version = _GATEWAY
    folder = tools.cache / f"versitygw-{version}"
    gateway = folder / "versitygw"
    if not gateway.exists():
        tools.install(package, version, folder)
    port, access, secret = free_port(), secrets.token_hex(10), secrets.token_hex(20)
    objects, attributes = directory / "objects", directory / "attributes"
    for each in (objects, attributes):
        each.mkdir()
    # Not every file system has attributes of its own.
    command = [str(gateway), f"--port=127.0.0.1:{port}", "posix", f"--sidecar={attributes}"]
    keys = {"ROOT_ACCESS_KEY": access, "ROOT_SECRET_KEY": secret}
    part = Part(
        "object storage",
        [*command, str(objects)],
        {**os.environ, **keys},
        directory / "object-storage.log",
        lambda: is_taken(port),
    )
    part.start()
    try:
        part.wait_until_up()
        yield ObjectStorage(f"http://127.0.0.1:{port}", access, secret)
    finally:
        part.kill()
