"""A command that forks and ignores SIGTERM, and ends at once when it is run again."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults.judging.verdict import Verdict
from tests.faults.judging.wave import Wave
from tests.faults.system import System
from tests.process_tree import is_running
from tests.waiting import wait_until

#: Parent and child write down who they are.
_PROGRAM = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
file = pathlib.Path(sys.argv[1])
again = file.exists()
if not again:
    os.fork()
with file.open("a") as pids:
    pids.write(f"{os.getpid()}\\n")
if not again:
    time.sleep(300)
"""


class Stubborn:
    """Such a command as a separate task, due now."""

    def __init__(self, system: System, wave: Wave, directory: Path) -> None:
        self._system = system
        self._file = directory / "pids"
        self._task = f"{wave.name}-stubborn"
        soon = datetime.now(UTC) + timedelta(seconds=0.5)
        argv = [sys.executable, "-c", _PROGRAM, str(self._file)]
        body = {
            "id": self._task,
            "trigger": {"kind": "once", "at": soon.isoformat()},
            "action": {"kind": "command", "argv": argv},
            "timeout": "PT60S",
        }
        assert system.client.post("/tasks", json=body).status_code == 201

    def wait_until_forked(self) -> None:
        wait_until(lambda: len(self._pids()) == 2, "it has forked")

    def wait_until_gone(self) -> None:
        """Returns once all of it has ended, which must follow the end of its worker."""
        wait_until(
            lambda: not any(map(is_running, self._pids())),
            "all of it is gone with its worker",
            5,
        )

    def judge(self, *, back: float) -> Verdict:
        """Waits until it is over, and checks its run."""
        wait_until(lambda: self._status() == "completed", "it has run")
        recovered = self._file.stat().st_mtime - back
        runs = self._system.client.get(f"/tasks/{self._task}/runs").json()["items"]
        assert [(run["status"], run["attempts"]) for run in runs] == [("succeeded", 2)]
        assert len(self._pids()) == 3
        return Verdict(1, repeated=1, recovered=recovered)

    def _pids(self) -> list[int]:
        return [int(line) for line in self._file.read_text().split()] if self._file.exists() else []

    def _status(self) -> str:
        return str(self._system.client.get(f"/tasks/{self._task}").json()["status"])
