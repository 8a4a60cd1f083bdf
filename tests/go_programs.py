"""Programs that tests build from the Go module proxy, and cache."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class CannotBuild(Exception):
    """One line that says what cannot be built, and why."""


def default_cache() -> Path:
    """The cache of built programs; rebuilding them takes some minutes."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "onthedot-tests"


@dataclass(frozen=True)
class GoTools:
    """Go on this machine, and a cache for what it builds."""

    go: Path
    cache: Path

    def install(self, package: str, version: str, into: Path) -> None:
        """Builds one command into a folder. Raises CannotBuild."""
        self._run("install", f"{package}@{version}", binaries=into)

    def build(
        self,
        packages: Sequence[str],
        into: Path,
        *,
        within: Path,
        variables: Mapping[str, str],
    ) -> None:
        """Builds commands that the module in `within` requires, with some of their variables set.

        Raises CannotBuild.
        """
        set_to = " ".join(f"-X {name}={value}" for name, value in variables.items())
        # Without tables of symbols: half as large.
        options = ("-mod=mod", "-ldflags", f"-s -w {set_to}", "-o", f"{into}/")
        self._run("build", *options, *packages, within=within)

    def module(self, module: str, version: str) -> Path:
        """The folder with a module's files. Raises CannotBuild."""
        told = self._run("mod", "download", "-json", f"{module}@{version}")
        return Path(json.loads(told)["Dir"])

    def _run(self, *arguments: str, binaries: Path | None = None, within: Path = Path("/")) -> str:
        environment = {
            # A user's own caches are used where they are set.
            "GOPATH": str(self.cache / "go"),
            "GOMODCACHE": str(self.cache / "go" / "modules"),
            "GOCACHE": str(self.cache / "go" / "build"),
            **os.environ,
            "GOFLAGS": "-modcacherw",
        }
        if binaries:
            environment["GOBIN"] = str(binaries)
        ended = subprocess.run(
            [str(self.go), *arguments],
            env=environment,
            cwd=within,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode != 0:
            last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise CannotBuild(f"{arguments[-1]} could not be built: {last}")
        return ended.stdout


def find_go() -> Path | None:
    """Go, where it is installed."""
    found = shutil.which("go")
    return Path(found) if found else None


class Programs(Protocol):
    """Programs in a cache."""

    @property
    def built(self) -> bool:
        """Whether all are there."""

    def build(self, go: Path) -> None:
        """Raises CannotBuild."""


def build_once(programs: Programs, what: str, *, needed_for: str) -> int:
    """Builds them if they are missing, and says so. Returns an exit code: 2 if something is missing
    or cannot be built."""
    if programs.built:
        return 0
    go = find_go()
    if go is None:
        print(f"{needed_for} needs Go 1.26 or later (go.dev).", file=sys.stderr)
        return 2
    print(f"building {what} from the Go module proxy, once", flush=True)
    try:
        programs.build(go)
    except CannotBuild as reason:
        print(reason, file=sys.stderr)
        return 2
    return 0
