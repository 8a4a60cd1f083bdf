"""Writes the archive: each run is one line, written once.

A line that a crash truncated is removed before the next write, so readers find only complete lines.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from onthedot.archive.line import Lines
from onthedot.scheduling.run import Run, ShortRun


@dataclass
class _Known:
    """The known runs of a file."""

    ids: set[str] = field(default_factory=set)
    size: int = 0


class RunArchive:
    """The files in `directory`, for one writer at a time.

    Raises OSError if they cannot be read or written.
    """

    def __init__(self, directory: Path, lines: Lines | None = None) -> None:
        self._directory = directory
        self._lines = lines or Lines()
        self._known: dict[Path, _Known] = {}
        directory.mkdir(parents=True, exist_ok=True)

    def has(self, run: ShortRun) -> bool:
        """Whether this ended run is archived."""
        return run.id in self._ids(self._file(run))

    def add(self, runs: Iterable[Run]) -> None:
        """Write ended runs that are not archived; they are on disk when this returns."""
        new: dict[Path, list[Run]] = {}
        for run in runs:
            new.setdefault(self._file(run), []).append(run)
        for file, some in new.items():
            known = self._ids(file)
            with file.open("ab") as opened:
                opened.writelines(self._lines.written(run) for run in some if run.id not in known)
                opened.flush()
                os.fsync(opened.fileno())

    def forget(self) -> None:
        """Free the memory for the known runs."""
        self._known.clear()

    def _file(self, run: ShortRun) -> Path:
        assert run.finished_at is not None
        return self._directory / f"runs-{run.finished_at:%Y-%m-%d}.jsonl"

    def _ids(self, file: Path) -> set[str]:
        """The runs of a file, including those added since it was last read."""
        known = self._known.setdefault(file, _Known())
        size = file.stat().st_size if file.exists() else 0
        if size < known.size:
            known.ids, known.size = set(), 0
        if size > known.size:
            _read_on(file, known)
        return known.ids


def _read_on(file: Path, known: _Known) -> None:
    with file.open("rb+") as opened:
        opened.seek(known.size)
        for line in opened:
            if not line.endswith(b"\n"):
                break
            known.size += len(line)
            known.ids.add(json.loads(line)["id"])
        opened.truncate(known.size)
