"""Definitions to register, and ids that no other test uses."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

LOG = {"kind": "log", "message": "hello"}
EVERY_MINUTE = {"kind": "cron", "expression": "* * * * *"}
YEARLY = {"kind": "cron", "expression": "0 0 1 1 *"}

#: Takes a while, and can be cancelled.
SLEEP = {"kind": "command", "argv": ["sleep", "60"]}


def fresh_id(prefix: str = "t") -> str:
    """An id that is free."""
    return f"{prefix}-{uuid4().hex[:10]}"


def recurring(**more: Any) -> dict[str, Any]:
    """A recurring definition that does not fire during a test."""
    return {"trigger": YEARLY, "action": LOG, **more}


def one_time(delay: float | str = 3600, **more: Any) -> dict[str, Any]:
    """A one-time definition."""
    return {"trigger": {"kind": "once", "delay": delay}, "action": LOG, **more}
