"""The receiver's process, and its record."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx

from tests.command_line import environment
from tests.faults.part import Part
from tests.ports import free_port

_ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Arrival:
    """One attempt, as the receiver saw it. `at` is in seconds since 1970."""

    at: float
    task: str
    due: datetime
    key: str
    attempt: int


class Receiving:
    """A receiver in its own process."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self._file = directory / f"arrivals-{self.port}"
        self._read = 0
        self._arrivals: list[Arrival] = []
        self._seen: dict[str, int] = {}
        command = [
            sys.executable,
            "-m",
            "tests.faults.judging.receiver",
            str(self.port),
            str(self._file),
        ]
        self.part = Part(
            "receiver",
            command,
            environment({"PYTHONPATH": str(_ROOT)}),
            directory / "receiver.log",
            self._is_up,
        )

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def arrivals(self, task: str | None = None) -> list[Arrival]:
        """All arrivals so far, in order; with a name, those of that task."""
        if self._file.exists():
            with self._file.open() as file:
                file.seek(self._read)
                for line in iter(file.readline, ""):
                    if not line.endswith("\n"):
                        break
                    self._read += len(line)
                    self._note(json.loads(line))
        return [one for one in self._arrivals if task in (None, one.task)]

    def seen_all_of(self, name: str) -> None:
        """Declare that nothing more may arrive for tasks whose names begin like this."""
        self._seen[name] = self._number_of(name)

    def came_later(self) -> list[str]:
        """The names for which something arrived nevertheless."""
        return [name for name, number in self._seen.items() if self._number_of(name) != number]

    def _number_of(self, name: str) -> int:
        return sum(one.task.startswith(name + "-") for one in self.arrivals())

    def _note(self, found: dict[str, object]) -> None:
        if found["task"]:
            due = datetime.fromisoformat(str(found.pop("due")))
            self._arrivals.append(Arrival(due=due, **found))  # type: ignore[arg-type]  # own JSON

    def _is_up(self) -> bool:
        try:
            httpx.get(self.url("/ok"), timeout=2, trust_env=False)
        except httpx.HTTPError:
            return False
        return True
