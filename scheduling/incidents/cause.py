"""What errors have in common: their type, and their message without what differs each time."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from onthedot.scheduling.run import RunError

ELLIPSIS = "…"

#: Of how many messages the pattern is kept: they are short, and the same ones come again.
_REMEMBERED = 4096

#: What tells one failure from the next one of the same cause: of an address all that follows the
#: host, ids, times, durations and long numbers. A status or an exit code stays.
_VARIES = re.compile(
    r"(?:\b[A-Z]+ )?(?P<host>\bhttps?://[^/\s?#]+?)(?=[:.]?(?:\s|$)|[/?#])(?P<rest>\S*?)(?=[:.]?(?:\s|$))"
    r"|\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"
    r"|\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|(?:\b\d+ days?, )?\b\d+:\d\d(?::\d\d(?:\.\d+)?)?"
    r"|\b\d+ (?:second|minute|hour|day|week)s?\b"
    r"|\b0x[0-9a-fA-F]+\b"
    r"|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b"
    r"|\b\d+\.\d+\b"
    r"|\b\d{4,}\b"
)


@lru_cache(maxsize=_REMEMBERED)
def pattern(message: str) -> str:
    """A message with `…` in place of what differs from run to run."""
    return _VARIES.sub(_masked, message)


def cause_id(error: RunError) -> str:
    """The same for all errors of one cause, on every server: 12 hexadecimal digits."""
    return digest(error.type, pattern(error.message))


def digest(kind: str, text: str) -> str:
    """The id of a cause, from an error's type and its message's pattern."""
    return hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest()[:12]


def _masked(found: re.Match[str]) -> str:
    if found["host"] is None:
        return ELLIPSIS
    return f"{found['host']}/{ELLIPSIS}" if found["rest"] else found["host"]
