"""One watched run, shared by all its watchers."""

from __future__ import annotations

import asyncio

from onthedot.activities.output.kept import KeptOutput
from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.errors import OnTheDotError
from onthedot.scheduling.run import Run
from onthedot.scheduling.stored.live import LiveOutput
from onthedot.scheduling.stored.written import Stream, WrittenPiece
from onthedot.service.output.reading import OutputRead

#: How often a run is read from Temporal without an answer of its worker, and with one; in seconds.
_READ_EVERY = 1.0
_READ_WHILE_LIVE = 15.0


class WatchedRun:
    """A run, as far as it is known.

    This may include output from the last seconds of a lost worker. The next attempt does not know
    that output, and counts on from an earlier byte; `_shift` is the difference.
    """

    def __init__(self, run_id: str, read: OutputRead, *, at: float) -> None:
        self.id = run_id
        self.execution = RunAddress.parse(run_id).execution
        self.kept = KeptOutput()
        self.watchers = 0
        self.news = asyncio.Event()
        """Set and replaced whenever there is something new."""
        self.run: Run = read.run
        self.worker = ""
        self.has_more = False
        """Whether to ask the worker for more immediately."""
        self.is_complete = False
        self._base = self._shift = 0
        self._attempt = 0
        self._details: WrittenPiece | None = None
        self._read_at, self._missed = at, False
        self.take_read(read, at=at)

    @property
    def is_current(self) -> bool:
        """Whether the last read succeeded."""
        return not self._missed

    @property
    def wanted_after(self) -> int:
        """The offset from which the worker is asked, by the worker's own count."""
        return max(0, self.kept.size - self._shift - self._base)

    def wants_reading(self, now: float, *, answered: bool) -> bool:
        """Whether to read it from Temporal again."""
        if self.worker and not answered and now - self._read_at >= _READ_EVERY / 2:
            return True
        return now - self._read_at >= (_READ_WHILE_LIVE if answered else _READ_EVERY)

    def take_read(self, read: OutputRead, *, at: float) -> None:
        """Take what was read from Temporal."""
        self._read_at, self._missed = at, False
        before = (self.run, self.kept.size, self.is_complete)
        self.run, self.worker = read.run, read.worker
        self._base = read.base
        for piece in read.pieces:
            self._begun(piece.attempt, piece.offset)
            if piece.stream is Stream.DETAILS:
                self._take_details(piece)
            else:
                self.kept.add(self._here(piece, 0))
        self.is_complete = read.is_complete
        if before != (self.run, self.kept.size, self.is_complete):
            self._notify()

    def take_live(self, output: LiveOutput) -> None:
        """Take its worker's answer."""
        size = self.kept.size
        if self._begun(output.attempt, output.began + self._base):
            # This request used the previous attempt's count; the next one starts over.
            self.has_more = True
            return
        for piece in output.pieces:
            self.kept.add(self._here(piece, self._base))
        if output.details is not None:
            self._take_details(output.details)
        self.has_more = self.wanted_after < output.size and bool(output.pieces)
        if self.kept.size != size:
            self._notify()

    def missed(self, error: OnTheDotError, *, at: float) -> None:
        """Note that it could not be read."""
        self._read_at, self._missed = at, True
        if not error.retryable:
            self.is_complete = True
            self._notify()

    def _begun(self, attempt: int, offset: int) -> bool:
        """Whether this is the first output of an attempt, which counts from `offset`."""
        if attempt <= self._attempt:
            return False
        if self._attempt:
            self._shift += max(0, self.kept.size - self._shift - offset)
        self._attempt = attempt
        return True

    def _here(self, piece: WrittenPiece, base: int) -> WrittenPiece:
        return piece.model_copy(update={"offset": piece.offset + base + self._shift})

    def _take_details(self, piece: WrittenPiece) -> None:
        last = self._details
        if last is None or (
            (last.attempt, last.at) < (piece.attempt, piece.at) and last.text != piece.text
        ):
            self._details = piece
            self.kept.add(piece.model_copy(update={"offset": self.kept.size}))

    def _notify(self) -> None:
        news, self.news = self.news, asyncio.Event()
        news.set()
