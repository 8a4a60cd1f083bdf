"""Collects what a command writes, and adds it to the run's kept output at short intervals.

Everything within one interval is handled together. If a command floods its pipes, only the
beginning and the end of what it writes in an interval are handled, so it never waits.
"""

from __future__ import annotations

import asyncio
import codecs
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from onthedot.activities.output.kept import KeptOutput
from onthedot.activities.secrets.escapes import as_bytes, from_bytes
from onthedot.activities.secrets.redaction import Redactor
from onthedot.scheduling.stored.written import MOST_KEPT, Stream

#: Separators between lines of base64 and between pairs of hexadecimal digits.
_BETWEEN = re.compile(r"[\s:,-]")
_NOT_ENCODED = re.compile(r"[^A-Za-z0-9+/_=:,\s-]")

#: How much longer than the secret its longest form may be.
_FORMS = 4

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


class RedactedStream:
    """Turns one stream of bytes into text that may be shown while it is still being written.

    The text so far may end within a secret, so its end cannot always be shown yet:

    1. New text is examined together with the end of what was shown before.
    2. A possible beginning of a secret at the end is held back until more arrives.
    3. So are lines of base64, or pairs of hexadecimal digits, that may continue as a secret.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._reach = _FORMS * redactor.longest + 64
        self._shown = ""
        """The end of what was shown, as bytes."""
        self._held = ""

    def feed(self, data: bytes, *, final: bool = False) -> str:
        """The text that may be shown now. `final` means that nothing follows."""
        text = self._decoder.decode(data, final)
        if not self._redactor.longest:
            return text
        window = self._shown + self._held + as_bytes(text)
        begin = len(self._shown)
        found = self._redactor.spans(window, cut=not final, least=1)
        until = len(window) if final else self._until(window, begin, found)
        pieces, at = [], begin
        for start, end, name in found:
            if end <= at or start >= until:
                continue
            if start >= at or at == begin:
                pieces += [window[at : max(start, at)], f"[secret {name}]"]
            at = end
        shown = "".join([*pieces, window[at:until]])
        # A secret that crosses the end of this text has been replaced already.
        until = max(until, at)
        self._shown, self._held = window[max(0, until - self._reach) : until], window[until:]
        if final:
            self._shown = ""
        return from_bytes(shown)

    def gap(self, data: bytes) -> bytes:
        """The part of `data` that may be fed after a gap: `data` may begin within a secret."""
        return data[self._reach :] if self._redactor.longest else data

    def _until(self, window: str, begin: int, found: list[tuple[int, int, str]]) -> int:
        """The position up to which the window may be shown."""
        until = len(window)
        starts = [start for start, end, _ in found if end >= until]
        starts += [self._redactor.half_escape(window), self._encoded(window)]
        until = max(begin, min([until, *starts]))
        # Longer than any form of any secret, so it cannot be the beginning of one.
        return until if len(window) - until <= self._reach else len(window)

    def _encoded(self, window: str) -> int:
        """The position of lines or pairs that may continue as an encoded secret."""
        lines = _NOT_ENCODED.split(window[-self._reach :])[-1]
        taken_out = _BETWEEN.sub("", lines)
        if len(taken_out) == len(lines) or not self._redactor.may_begin(taken_out):
            return len(window)
        return len(window) - len(lines)


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
