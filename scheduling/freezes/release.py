"""Spreads the starts of held tasks after a freeze."""

from __future__ import annotations

import hashlib
from datetime import timedelta


def release_after(task_id: str, over: timedelta) -> timedelta:
    """How long after the end of a freeze a held task begins: derived from its id, so that all of
    them spread evenly over `over`."""
    drawn = int.from_bytes(hashlib.sha256(task_id.encode()).digest()[:4], "big") / 2**32
    return timedelta(milliseconds=int(over / timedelta(milliseconds=1) * drawn))
