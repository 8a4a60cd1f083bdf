"""Keeps secrets out of output that is shown while it is still being written.

The text so far may end within a secret, so its end cannot always be shown yet:

1. New text is examined together with the end of what was shown before.
2. A possible beginning of a secret at the end is held back until more arrives.
3. So are lines of base64, or pairs of hexadecimal digits, that may continue as a secret.
"""

from __future__ import annotations

import codecs
import re

from onthedot.activities.secrets.escapes import as_bytes, from_bytes
from onthedot.activities.secrets.redaction import Redactor

#: Separators between lines of base64 and between pairs of hexadecimal digits.
_BETWEEN = re.compile(r"[\s:,-]")
_NOT_ENCODED = re.compile(r"[^A-Za-z0-9+/_=:,\s-]")

#: How much longer than the secret its longest form may be.
_FORMS = 4


class RedactedStream:
    """Turns one stream of bytes into text that may be shown."""

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
