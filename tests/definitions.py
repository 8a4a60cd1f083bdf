"""Definitions that tests register."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from onthedot.scheduling.task import NewTask, TaskDefinition

LOG = {"kind": "log", "message": "hello"}
EVERY_MINUTE = {"kind": "cron", "expression": "* * * * *"}
YEARLY = {"kind": "cron", "expression": "0 0 1 1 *"}
#: Takes a while, and can be cancelled.
SLEEP = {"kind": "command", "argv": ["sleep", "60"]}


def unique(name: str = "t") -> str:
    """A task id that no other test uses."""
    return f"{name}-{uuid4().hex[:8]}"


def every(seconds: float, **more: Any) -> dict[str, Any]:
    """An interval trigger."""
    return {"kind": "interval", "every": seconds, **more}


def once(delay: float) -> dict[str, Any]:
    """A one-time trigger."""
    return {"kind": "once", "delay": delay}


def definition(trigger: dict[str, Any], **more: Any) -> TaskDefinition:
    """The body of a PUT."""
    return TaskDefinition.model_validate({"trigger": trigger, "action": LOG, **more})


def new_task(task_id: str, trigger: dict[str, Any], **more: Any) -> NewTask:
    """The body of a POST."""
    return NewTask.model_validate({"id": task_id, "trigger": trigger, "action": LOG, **more})


def recurring(**more: Any) -> dict[str, Any]:
    """A recurring definition, as JSON, that does not fire during a test."""
    return {"trigger": YEARLY, "action": LOG, **more}


def one_time(delay: float | str = 3600, **more: Any) -> dict[str, Any]:
    """A one-time definition, as JSON."""
    return {"trigger": {"kind": "once", "delay": delay}, "action": LOG, **more}


def http(url: str, **more: Any) -> dict[str, Any]:
    """An action that calls a URL."""
    return {"kind": "http", "method": "POST", "url": url, **more}


def command(*argv: str) -> dict[str, Any]:
    """An action that runs a program."""
    return {"kind": "command", "argv": argv}
