"""Reads the archive: newest first, or one run by its id, even while it is written."""

from __future__ import annotations

import mmap
import re
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from onthedot.archive.line import ArchivedRun, Lines, Position, searched

_FILE = re.compile(r"runs-(\d{4}-\d{2}-\d{2})\.jsonl")

#: For how many days the positions of lines are cached, at about 300 bytes a run.
_DAYS = 4


class ArchivedDays:
    """The files in `directory`; none if it does not exist. Usable from several threads.

    Raises OSError if they cannot be read.
    """

    def __init__(self, directory: Path, lines: Lines) -> None:
        self._directory = directory
        self._lines = lines
        self._positions: OrderedDict[tuple[str, int], list[Position]] = OrderedDict()
        self._lock = Lock()

    def days(self) -> list[str]:
        """The days with runs, as `YYYY-MM-DD`, latest first."""
        if not self._directory.exists():
            return []
        found = (_FILE.fullmatch(each.name) for each in self._directory.iterdir())
        return sorted((match[1] for match in found if match), reverse=True)

    def runs(
        self, day: str, before: tuple[str, str] | None = None
    ) -> Iterator[tuple[Position, ArchivedRun]]:
        """The runs of a day by their end, latest first; only those after `before`, the end and the
        id of one of them.

        Raises:
            KeyMissing, NotOurSeal: one cannot be decrypted.
        """
        file = self._file(day)
        positions = self._sorted(file)
        with file.open("rb") as opened:
            for position in positions:
                if before is not None and (position.finished_at, position.id) >= before:
                    continue
                opened.seek(position.offset)
                yield position, self._lines.read(opened.read(position.length))

    def find(self, run_id: str) -> ArchivedRun | None:
        """One run; None if it is not archived.

        Raises:
            KeyMissing, NotOurSeal: it cannot be decrypted.
        """
        wanted = searched(run_id)
        for day in self.days():
            with self._file(day).open("rb") as opened:
                if not self._file(day).stat().st_size:
                    continue
                with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as whole:
                    at = whole.find(wanted)
                    end = whole.find(b"\n", at) if at >= 0 else -1
                    if end >= 0:
                        return self._lines.read(whole[at:end])
        return None

    def _file(self, day: str) -> Path:
        return self._directory / f"runs-{day}.jsonl"

    def _sorted(self, file: Path) -> list[Position]:
        key = (file.name, file.stat().st_size)
        with self._lock:
            if key in self._positions:
                self._positions.move_to_end(key)
                return self._positions[key]
        positions = sorted(self._read(file), key=lambda p: (p.finished_at, p.id), reverse=True)
        with self._lock:
            for earlier in [each for each in self._positions if each[0] == file.name]:
                del self._positions[earlier]
            self._positions[key] = positions
            while len(self._positions) > _DAYS:
                self._positions.popitem(last=False)
        return positions

    def _read(self, file: Path) -> list[Position]:
        """The positions of a file's lines. A run that two writers wrote counts once."""
        found: dict[str, Position] = {}
        offset = 0
        with file.open("rb") as opened:
            for line in opened:
                # The last line may be incomplete.
                if line.endswith(b"\n"):
                    position = self._lines.position(line, offset)
                    found.setdefault(position.id, position)
                offset += len(line)
        return list(found.values())
