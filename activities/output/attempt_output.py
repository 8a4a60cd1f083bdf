"""Collects what a command writes, and adds it to the run's kept output at short intervals.

Everything within one interval is handled together. If a command floods its pipes, only the
beginning and the end of what it writes in an interval are handled, so it never waits.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from onthedot.activities.output.kept import KeptOutput
from onthedot.activities.output.redacted_stream import RedactedStream
from onthedot.activities.secrets.redaction import Redactor
from onthedot.scheduling.stored.written import MOST_KEPT, Stream

#: An interval in seconds, and the interval that follows one with much output.
_MOMENT = 0.1
_LONG_MOMENT = 0.5
_MUCH = 256 * 1024

#: How often in an interval output is handled because the other stream continues.
_TURNS = 20

#: How many bytes are handled of an interval, each of its beginning and its end.
_HALF = MOST_KEPT // 2
#: The same where secrets must be searched for, which takes longer.
_HALF_REDACTED = 64 * 1024


@dataclass
class _Pending:
    stream: RedactedStream
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    lost: int = 0


class AttemptOutput:
    """The output of one attempt."""

    def __init__(self, kept: KeptOutput, attempt: int, redactor: Redactor) -> None:
        self._kept = kept
        self._attempt = attempt
        self._half = _HALF_REDACTED if redactor.longest else _HALF
        self._pending = {
            stream: _Pending(RedactedStream(redactor)) for stream in (Stream.STDOUT, Stream.STDERR)
        }
        self._timer: asyncio.TimerHandle | None = None
        self._moment = _MOMENT
        self._last = Stream.STDOUT
        self._turns = 0

    def wrote(self, stream: Stream, data: bytes) -> None:
        """Take what was just read. Call this in the event loop."""
        if stream is not self._last and self._turns < _TURNS:
            # The other stream's pending output was written before this.
            self._turns += 1
            self._take_now()
        self._last = stream
        pending = self._pending[stream]
        room = self._half - len(pending.head)
        if room > 0:
            pending.head += data[:room]
            data = data[room:]
        if data:
            pending.tail += data
            over = len(pending.tail) - self._half
            if over > 0:
                del pending.tail[:over]
                pending.lost += over
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._moment, self._moment_over)

    def close(self) -> None:
        """Handle what is pending; nothing follows."""
        self._take_now(final=True)

    def _moment_over(self) -> None:
        self._turns = 0
        self._take_now()

    def _take_now(self, *, final: bool = False) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        at, came = datetime.now(UTC), 0
        for stream, pending in self._pending.items():
            came += len(pending.head) + len(pending.tail)
            if pending.lost:
                self._write(stream, pending.stream.feed(bytes(pending.head), final=True), at)
                tail = pending.stream.gap(bytes(pending.tail))
                self._kept.skip(pending.lost + len(pending.tail) - len(tail))
            else:
                tail = bytes(pending.head + pending.tail)
            self._write(stream, pending.stream.feed(tail, final=final), at)
            pending.head, pending.tail, pending.lost = bytearray(), bytearray(), 0
        self._moment = _LONG_MOMENT if came > _MUCH else _MOMENT

    def _write(self, stream: Stream, text: str, at: datetime) -> None:
        if text:
            self._kept.write(self._attempt, stream, text, at)
