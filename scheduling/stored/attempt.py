"""One attempt at an action: what the workflow hands to the activity, and what it gets back.

Passed through Temporal between a workflow and a worker that may be of another release, so unknown
fields are ignored here and every new field has a default.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, assert_never

from pydantic import ConfigDict

from onthedot.scheduling.action import (
    Action,
    ActivityAction,
    CommandAction,
    HttpAction,
    LogAction,
    UnknownAction,
    WorkflowAction,
)
from onthedot.scheduling.run import AttemptMade, RunCause
from onthedot.scheduling.stored.live import PlacesTaken
from onthedot.scheduling.values import Duration, Instant, Model

#: The most that is kept of each part of an output (a body, a stream), in bytes of UTF-8.
MAX_OUTPUT = 64 * 1024

#: How long an attempt may wait for its place (at a busy host, say) before it gives up as
#: `DEFERRED`. Comes on top of `timeout`, which counts from when the work starts.
PLACE_WAIT = timedelta(seconds=60)

#: How often an attempt heartbeats, and how long it may be silent before its worker counts as dead.
HEARTBEAT_EVERY = timedelta(seconds=2)
HEARTBEAT_TIMEOUT = timedelta(seconds=10)

#: How long the end of an attempt may take past `timeout`: a command's grace time, a slow report.
CLOSING = timedelta(seconds=15)

#: The type of the error that says: nothing was done, and it was not the action's fault. Such an
#: attempt does not count.
DEFERRED = "Deferred"

#: The type of the error that says: the run's deadline passed.
OVERDUE = "DeadlineExceeded"

#: So many attempts are told one by one: the first one, and the latest.
TOLD_ATTEMPTS = 20

#: A longer attempt would occupy a workflow task for too long: it is an ordinary activity at once.
LONGEST_LOCAL = timedelta(minutes=1)

#: How long before its time a worker gets a one-time run that it can begin by itself, and waits with
#: it. That hides what handing it out takes; a change that comes in between comes too late.
LEAD = timedelta(milliseconds=250)


def early(due: datetime, *, at: datetime) -> timedelta:
    """How long to wait with a run that is handed out at `at`: no longer than `LEAD`, as the clock
    that a run by hand is due by may be ahead."""
    return min(max(due - at, timedelta(0)), LEAD)


def begins_locally(action: Action | UnknownAction, timeout: timedelta) -> bool:
    """Whether the first attempt is made by the very worker that takes up the run."""
    match action:
        case LogAction():
            return True
        case HttpAction():
            return timeout <= LONGEST_LOCAL
        case CommandAction() | ActivityAction() | WorkflowAction() | UnknownAction():
            return False
        case _:
            assert_never(action)


class _Passed(Model):
    model_config = ConfigDict(extra="ignore", frozen=True, validate_default=True)


class Attempt(_Passed):
    """What every attempt carries beside its action."""

    task_id: str
    run_id: str
    idempotency_key: str
    """The same for every attempt of an occurrence."""
    scheduled_for: Instant
    cause: RunCause | None = None
    """None from a workflow of an earlier release."""
    timeout: Duration
    """Of the work itself; waiting for a place is not counted."""
    deadline: Instant | None = None
    """Of the run. The attempt is ended then, so that it can still report what came so far."""
    attempts_before: int = 0
    """Attempts of this run that earlier activities made; Temporal counts only its own."""
    made_before: tuple[AttemptMade, ...] = ()
    """Those attempts."""
    local: bool = False
    """Runs as a local activity, which cannot heartbeat and should not wait."""
    lead: Duration = timedelta(0)
    """Handed out this long before `scheduled_for`, to begin then and not before."""


class HttpAttempt(Attempt):
    """One call of a URL."""

    action: HttpAction


class CommandAttempt(Attempt):
    """One start of a program."""

    action: CommandAction


class LogAttempt(Attempt):
    """One line in the worker's log."""

    action: LogAction


class AttemptResult(_Passed):
    """An attempt that succeeded. The instants are the worker's own clock."""

    started_at: Instant
    finished_at: Instant
    output: Any = None
    attempt: int = 1
    """Which attempt of its run it was, from 1; one less where it did not begin."""
    made: tuple[AttemptMade, ...] = ()
    """The attempts of the run so far, this one included; see `told`."""
    written: str = ""
    """What the attempts so far wrote while they ran, packed as in `written.py`, in base64."""


class AttemptFailure(AttemptResult):
    """The one detail of the error that a failed attempt raises: when, and what came so far."""

    out_of_time: bool = False
    """There was no further attempt because the deadline came first."""


class Beat(_Passed):
    """What an attempt says of itself while it goes on, and leaves to the next one."""

    attempt: int
    waiting: bool = False
    """For a place, at a busy host say; `since` is when that began."""
    since: Instant
    made: tuple[AttemptMade, ...] = ()
    """The attempts before it, or with it if it has ended."""
    taken: PlacesTaken | None = None
    """While it waits: how full that is."""


def told(made: tuple[AttemptMade, ...]) -> tuple[AttemptMade, ...]:
    """The attempts that are kept: the first one and the latest, `TOLD_ATTEMPTS` in all."""
    return made if len(made) <= TOLD_ATTEMPTS else (made[0], *made[1 - TOLD_ATTEMPTS :])
