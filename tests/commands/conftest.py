"""Fixtures: a real server with a worker, and the real command."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from anyio import to_thread

from tests.api.conftest import api as api
from tests.command_line import environment
from tests.forked import Forked


class Shell:
    """Runs the real command against the server of these tests."""

    def __init__(self, url: str, directory: Path) -> None:
        self.url = url
        self.directory = directory

    async def __call__(
        self, *arguments: str, stdin: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """One command to its end; none ever shows a traceback."""
        extra = {"ONTHEDOT_URL": self.url, "TZ": "Europe/Rome", **variables}

        def run() -> subprocess.CompletedProcess[str]:
            with TemporaryDirectory() as directory:
                written, errors, read = (Path(directory, each) for each in ("out", "err", "in"))
                read.write_text(stdin)
                begun = Forked(
                    arguments,
                    environment(extra),
                    written,
                    errors=errors,
                    stdin=read,
                    cwd=self.directory,
                )
                code = begun.wait(100)
                said = written.read_text(), errors.read_text()
            return subprocess.CompletedProcess(arguments, code, *said)

        # The server runs in this thread.
        ended = await to_thread.run_sync(run)
        assert "Traceback" not in ended.stderr, ended.stderr
        return ended

    async def data(self, *arguments: str, **variables: str) -> Any:
        """What a command that succeeds prints with -o json."""
        ended = await self(*arguments, "-o", "json", **variables)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)


@pytest.fixture
def shell(api: httpx.AsyncClient, tmp_path: Path) -> Shell:
    return Shell(str(api.base_url), tmp_path)
