"""Runs on disk: one JSON Lines file for each UTC day on which they ended.

A run is one line, and is written once. A line that a crash cut in half is dropped when the file is
opened again, so that whoever reads the files meets whole lines only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from onthedot.scheduling.run import Run, ShortRun


class RunArchive:
    """The files in `directory`. Raises OSError where they cannot be read or written."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._known: dict[Path, set[str]] = {}
        directory.mkdir(parents=True, exist_ok=True)

    def has(self, run: ShortRun) -> bool:
        """Whether this run, which has ended, is there."""
        return run.id in self._ids(self._file(run))

    def add(self, runs: Iterable[Run]) -> None:
        """Writes runs that have ended and are not there; on the disk when this returns."""
        lines: dict[Path, list[str]] = {}
        for run in runs:
            file = self._file(run)
            self._ids(file).add(run.id)
            lines.setdefault(file, []).append(run.model_dump_json() + "\n")
        for file, new in lines.items():
            with file.open("a", encoding="utf-8") as opened:
                opened.writelines(new)
                opened.flush()
                os.fsync(opened.fileno())

    def _file(self, run: ShortRun) -> Path:
        assert run.finished_at is not None
        return self._directory / f"runs-{run.finished_at:%Y-%m-%d}.jsonl"

    def _ids(self, file: Path) -> set[str]:
        if file not in self._known:
            self._known[file] = _ids_of(file) if file.exists() else set()
        return self._known[file]


def _ids_of(file: Path) -> set[str]:
    found = set()
    whole = 0
    with file.open("rb+") as opened:
        for line in opened:
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            found.add(json.loads(line)["id"])
        opened.truncate(whole)
    return found
