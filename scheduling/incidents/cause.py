"""The cause of errors: their type, and their message without the parts that vary."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from onthedot.scheduling.run import RunError

ELLIPSIS = "…"

#: How many patterns are cached: messages are short, and the same ones recur.
_REMEMBERED = 4096

#: The parts that vary between failures of one cause: everything after the host of a URL, ids,
#: times, durations and long numbers. Statuses and exit codes do not vary.
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
    """A message with `…` for the parts that vary from run to run."""
    return _VARIES.sub(_masked, message)


def cause_id(error: RunError) -> str:
    """Identifies a cause, the same on every server: 12 hexadecimal digits."""
    return digest(error.type, pattern(error.message))


def digest(kind: str, text: str) -> str:
    """The id of a cause, from an error's type and its message's pattern."""
    return hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest()[:12]


def _masked(found: re.Match[str]) -> str:
    if found["host"] is None:
        return ELLIPSIS
    return f"{found['host']}/{ELLIPSIS}" if found["rest"] else found["host"]
