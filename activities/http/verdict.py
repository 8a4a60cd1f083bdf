"""Whether an HTTP status is success, worth another attempt, or final."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from onthedot.scheduling.action import HttpAction

#: The receiver may respond differently later: timeout, too early, too many requests.
_PASSING = frozenset({408, 425, 429})

#: A receiver may ask for a delay, but not postpone a run indefinitely.
LONGEST_RETRY_AFTER = timedelta(hours=1)


def is_expected(action: HttpAction, status: int) -> bool:
    """Whether the status is success."""
    if action.expect_status is None:
        return 200 <= status <= 399
    return status in action.expect_status


def is_passing(status: int) -> bool:
    """Whether an unexpected status may differ next time."""
    return status in _PASSING or status >= 500


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """The delay in a `Retry-After` header, at most an hour; None if there is no valid one."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        delay = timedelta(seconds=min(int(text[:10]), LONGEST_RETRY_AFTER.total_seconds()))
    else:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            # A receiver may send any digits, including a year or an offset that is out of range.
            return None
        delay = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(delay, LONGEST_RETRY_AFTER) if delay > timedelta(0) else None
