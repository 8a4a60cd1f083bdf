"""Writing: a run is one line, and is written once.

A line that a crash cut in half is dropped before the next one is written, so that readers find
whole lines only.
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
    """The runs of a file, as far as it was read."""

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
        """Whether this run, which has ended, is there."""
        return run.id in self._ids(self._file(run))

    def add(self, runs: Iterable[Run]) -> None:
        """Writes runs that have ended and are not there; on the disk when this returns."""
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
        """Gives up the memory of what is in the files."""
        self._known.clear()

    def _file(self, run: ShortRun) -> Path:
        assert run.finished_at is not None
        return self._directory / f"runs-{run.finished_at:%Y-%m-%d}.jsonl"

    def _ids(self, file: Path) -> set[str]:
        """The runs of a file; what was added since it was read is read now."""
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
