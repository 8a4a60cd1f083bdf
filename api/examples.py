"""Working examples of the two most common request bodies."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body
from fastapi.openapi.models import Example

from onthedot.messages.tasks import TaskReplacement
from onthedot.scheduling.task import NewTask

_NIGHTLY: dict[str, Any] = {
    "name": "Nightly report",
    "tags": ["reports"],
    "trigger": {"kind": "cron", "expression": "0 2 * * *", "timezone": "Europe/Rome"},
    "action": {
        "kind": "http",
        "method": "POST",
        "url": "https://example.com/reports",
        "headers": {"Authorization": {"secret": "REPORTS_TOKEN"}},
        "body": {"format": "pdf"},
    },
    "timeout": "PT30S",
    "retry": {
        "max_attempts": 3,
        "initial_interval": "PT1S",
        "backoff": 2.0,
        "max_interval": "PT1M",
    },
}
_SOON: dict[str, Any] = {
    "trigger": {"kind": "once", "delay": "PT10M"},
    "action": {"kind": "log", "message": "ten minutes later"},
}
_STEADY: dict[str, Any] = {
    "trigger": {"kind": "interval", "every": "PT90S", "jitter": "PT10S"},
    "action": {"kind": "activity", "name": "sync_stock", "arguments": ["north"]},
    "overlap": "buffer_one",
}

_DEFINITIONS: dict[str, Example] = {
    "cron": {"summary": "An HTTP call every night", "value": _NIGHTLY},
    "once": {"summary": "A message in ten minutes", "value": _SOON},
    "interval": {"summary": "An activity every 90 seconds", "value": _STEADY},
}
_NEW: dict[str, Example] = {
    **_DEFINITIONS,
    "cron": {
        "summary": "An HTTP call every night",
        "value": {"id": "nightly-report", **_NIGHTLY},
    },
}

TaskBody = Annotated[TaskReplacement, Body(openapi_examples=_DEFINITIONS)]
NewTaskBody = Annotated[NewTask, Body(openapi_examples=_NEW)]
