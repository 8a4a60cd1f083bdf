"""Keeping secrets out of what is shown while it is still being written.

A text that ends may end within a secret, so its end cannot be shown before it is known what comes:

1. What came is examined together with the end of what was shown before.
2. What may be the beginning of a secret at the very end is held back, until more comes.
3. So are lines of base64, or pairs of hexadecimal digits, that may continue as one.
"""

from __future__ import annotations

import codecs
import re

from onthedot.activities.secrets.escapes import as_bytes, from_bytes
from onthedot.activities.secrets.redaction import Redactor

#: What lines of base64, and pairs of hexadecimal, may have between them.
_BETWEEN = re.compile(r"[\s:,-]")
_NOT_ENCODED = re.compile(r"[^A-Za-z0-9+/_=:,\s-]")

#: How much longer than the secret its longest form may be.
_FORMS = 4


class RedactedStream:
    """One stream of bytes, as the text that may be shown of it."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._reach = _FORMS * redactor.longest + 64
        self._shown = ""
        """The end of what was shown, as bytes."""
        self._held = ""

    def feed(self, data: bytes, *, final: bool = False) -> str:
        """What may be shown by now. `final`: nothing more comes."""
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
        # A secret that ends past what is shown now was shown as such, and is done with.
        until = max(until, at)
        self._shown, self._held = window[max(0, until - self._reach) : until], window[until:]
        if final:
            self._shown = ""
        return from_bytes(shown)

    def gap(self, data: bytes) -> bytes:
        """What may be fed of `data` where something was left out before it.

        It could begin within a secret.
        """
        return data[self._reach :] if self._redactor.longest else data

    def _until(self, window: str, begin: int, found: list[tuple[int, int, str]]) -> int:
        """How far the window may be shown."""
        until = len(window)
        starts = [start for start, end, _ in found if end >= until]
        starts += [self._redactor.half_escape(window), self._encoded(window)]
        until = max(begin, min([until, *starts]))
        # Longer than any form of any secret: whatever this is, it has come in full.
        return until if len(window) - until <= self._reach else len(window)

    def _encoded(self, window: str) -> int:
        """Where lines or pairs begin that may continue as an encoded secret."""
        lines = _NOT_ENCODED.split(window[-self._reach :])[-1]
        taken_out = _BETWEEN.sub("", lines)
        if len(taken_out) == len(lines) or not self._redactor.may_begin(taken_out):
            return len(window)
        return len(window) - len(lines)
