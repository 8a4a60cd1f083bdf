"""The programs of a cluster: found on this machine, or built from the Go module proxy."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import NoReturn

from onthedot.embedded import find_binary
from tests.go_programs import CannotBuild, GoTools, find_go

#: The release that is tested, and the one from which a rolling upgrade comes to it.
VERSION = "1.31.2"
PREVIOUS_VERSION = "1.30.4"

_MODULE = "go.temporal.io/server"
_SCHEMA = Path("schema", "postgresql", "v12")
#: Where Debian has servers that it keeps off PATH.
_DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
_DEBIAN_SBIN = Path("/usr/sbin")


class Missing(Exception):
    """This machine lacks something; the text is one line that says what, and how to get it."""


@dataclass(frozen=True)
class TemporalRelease:
    """One release of Temporal's server, as it was built."""

    version: str
    directory: Path

    @property
    def server(self) -> Path:
        return self.directory / "server"

    @property
    def sql_tool(self) -> Path:
        return self.directory / "temporal-sql-tool"

    @property
    def schema(self) -> Path:
        return self.directory / "schema"


@dataclass(frozen=True)
class Programs:
    """What is on this machine already."""

    cli: Path
    postgres: Path
    """The folder of `initdb`, `postgres` and `pg_dump`."""
    haproxy: Path
    go: Path


def say(line: str) -> None:
    """Tells whoever waits, also where the output is no terminal."""
    print(line, flush=True)


def end(code: int) -> NoReturn:
    """Ends this process at once: the SDK can crash when an interpreter ends."""
    sys.stdout.flush()
    os._exit(code)


def find() -> Programs:
    """The programs that must be there before anything is built.

    Raises Missing, which names all that is not there.
    """
    if sys.platform != "linux":
        raise Missing("A cluster on one machine needs Linux: each node has a loopback address.")
    cli = find_binary()
    found = {"initdb": _postgres(), "haproxy": _which("haproxy"), "go": find_go()}
    hints = {
        "initdb": "PostgreSQL 12 or later (on Debian: apt install postgresql)",
        "haproxy": "haproxy (on Debian: apt install haproxy)",
        "go": "Go 1.26.4 or later (go.dev)",
    }
    missing = [hints[name] for name, path in found.items() if path is None]
    missing += [] if cli else ["the `temporal` command (make setup)"]
    missing += [] if shutil.which("setpriv") else ["setpriv (on Debian: apt install util-linux)"]
    initdb, haproxy, go = found["initdb"], found["haproxy"], found["go"]
    if missing or not (cli and initdb and haproxy and go):
        raise Missing(f"A cluster on one machine needs: {'; '.join(missing)}.")
    return Programs(cli, initdb.parent, haproxy, go)


def temporal_release(
    programs: Programs, cache: Path, version: str, say: Callable[[str], None]
) -> TemporalRelease:
    """The release from the cache, or built into it, which takes some minutes.

    Raises Missing where it cannot be built.
    """
    release = TemporalRelease(version, cache / f"temporal-{version}")
    if not release.schema.exists():
        say(f"building Temporal {version} from the Go module proxy; this takes some minutes, once")
        try:
            _build(GoTools(programs.go, cache), release)
        except CannotBuild as reason:
            raise Missing(str(reason)) from None
    return release


def _build(tools: GoTools, release: TemporalRelease) -> None:
    release.directory.parent.mkdir(parents=True, exist_ok=True)
    # Another build of the same may go on beside this one.
    building = Path(mkdtemp(prefix="building-", dir=release.directory.parent))
    building.chmod(0o755)
    version = f"v{release.version}"
    try:
        tools.install(f"{_MODULE}/cmd/server", version, building)
        tools.install(f"{_MODULE}/cmd/tools/sql", version, building)
        (building / "sql").rename(building / release.sql_tool.name)
        shutil.copytree(tools.module(_MODULE, version) / _SCHEMA, building / release.schema.name)
        # The other one may have been quicker.
        with suppress(OSError):
            building.rename(release.directory)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _postgres() -> Path | None:
    debian = sorted(_DEBIAN_POSTGRES.glob("*/bin/initdb"), key=_major)
    return debian[-1] if debian else _which("initdb")


def _major(path: Path) -> int:
    number = path.parent.parent.name
    return int(number) if number.isdigit() else 0


def _which(name: str) -> Path | None:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_DEBIAN_SBIN}")
    return Path(found) if found else None
