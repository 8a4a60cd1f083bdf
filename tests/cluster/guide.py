"""Runs the commands of the production guide as written."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "production.md"
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[str]:
    """All that a reader is to run, as it stands there."""
    return [str(block) for block in _BLOCK.findall(GUIDE.read_text())]


def commands(beginning: str) -> str:
    """The one block of commands that begins so."""
    found = [block for block in blocks() if block.startswith(beginning)]
    assert len(found) == 1, f"{len(found)} blocks begin with {beginning!r}"
    return found[0]


def run(script: str, directory: Path, path: Path, environment: Mapping[str, str]) -> str:
    """Runs a block in `directory`, with the programs of `path`. Fails with what it said."""
    ended = subprocess.run(
        ["/bin/sh", "-eu", "-c", script],
        cwd=directory,
        env={**environment, "PATH": f"{path}:{environment['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, f"{script}: {ended.stdout}{ended.stderr}"
    return ended.stdout
