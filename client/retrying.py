"""Decides when to repeat a call: after a 503, by its Retry-After, while patience lasts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from onthedot.client.call import Call

#: The pause after a 503 without a Retry-After.
_DEFAULT = timedelta(seconds=2)


class Retries:
    """The retries of one call. Pure: the sender sleeps."""

    def __init__(self, call: Call[Any], patience: timedelta) -> None:
        self._repeatable = call.repeatable
        self._deletes = call.method == "DELETE"
        self._left = patience
        self._sent_before = False

    def pause(self, status: int, retry_after: str | None) -> timedelta | None:
        """How long to wait before repeating the call; None to give up."""
        if status != 503 or not self._repeatable:
            return None
        named = _seconds(retry_after)
        if named > self._left:
            return None
        self._left -= named
        self._sent_before = True
        return named

    def done_already(self, status: int) -> bool:
        """Whether a repeated call shows that the first one took effect."""
        return self._deletes and self._sent_before and status == 404


def _seconds(text: str | None) -> timedelta:
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 6):
        return _DEFAULT
    return timedelta(seconds=int(text))
