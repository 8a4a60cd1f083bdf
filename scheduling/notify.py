"""Notifications of failed runs. Stored in Temporal: fields are only ever added."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field, JsonValue

from onthedot.scheduling.action import HttpAction, Name, SecretRef, Text
from onthedot.scheduling.run import Run
from onthedot.scheduling.values import Instant, Model

#: The largest number of failures in a row.
MOST_AFTER = 100


class Notify(Model):
    """Calls a URL when runs fail, when they succeed again, and when one was missed."""

    url: str = Field(min_length=1, max_length=8192, examples=["https://example.com/alert"])
    method: Literal["POST", "PUT", "PATCH"] = "POST"
    headers: dict[Name, Text | SecretRef] = Field(default_factory=dict, max_length=64)
    after: int = Field(
        default=1, ge=1, le=MOST_AFTER, description="Notify after this many failures in a row."
    )
    on_recovery: bool = Field(
        default=True, description="Also notify when a run succeeds after that many failures."
    )
    on_missed: bool = Field(
        default=True, description="Also notify when an occurrence was missed, or has no run."
    )

    def action(self, body: JsonValue = None) -> HttpAction:
        """The call that sends `body`."""
        return HttpAction(method=self.method, url=self.url, headers=self.headers, body=body)


class NotifyEvent(StrEnum):
    """What a notification is about."""

    FAILED = "failed"
    RECOVERED = "recovered"
    MISSED = "missed"


class FailureRow(Model):
    """Failures in a row, up to a run that failed."""

    count: int
    first: str
    """The execution of the first one, which identifies the row."""
    told: bool = False
    """Whether it was notified."""


class EndedRun(Model):
    """A run that has ended, and whom to notify."""

    notify: Notify
    name: str
    run: Run
    handed: FailureRow | None = None
    """The row up to the run before, which the schedule passes on even beyond the retention. None
    for a run that no schedule started, and after a run that did not fail."""


class NotificationOrder(Model):
    """One notification to send."""

    event: NotifyEvent
    task_id: str
    run_id: str = ""
    """Empty if there is no run."""
    at: Instant
    """When it was due."""
    action: HttpAction


class Notified(Model):
    """How sending it ended: one line of the log."""

    what: Literal["notification"] = "notification"
    task: str
    run: str
    event: NotifyEvent
    url: str
    delivered: bool
    error: str = ""


def message(event: NotifyEvent, *, name: str, failures: int, run: dict[str, Any]) -> dict[str, Any]:
    """The body of a notification: the run's own JSON, and the event."""
    return {**run, "event": event.value, "task_name": name, "failures": failures}
