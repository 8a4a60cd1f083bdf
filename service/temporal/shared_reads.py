"""Reads that several callers share, and that go on when a caller gives up."""

from __future__ import annotations

import asyncio
from typing import Any


def retrieved(read: asyncio.Task[Any]) -> None:
    """Retrieve a read's error, for `add_done_callback`: waiting callers get it anyway, and if none
    is left, asyncio would log it."""
    if not read.cancelled():
        read.exception()
