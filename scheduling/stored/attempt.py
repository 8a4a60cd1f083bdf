"""One attempt at an action: the activity's input and result."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, assert_never

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
from onthedot.scheduling.values import Duration, Instant, Passed

#: How much of each part of an output (a body, a stream) is kept, in bytes of UTF-8.
MAX_OUTPUT = 64 * 1024

#: How long an attempt may wait for a place, for example at a busy host, before it gives up as
#: `DEFERRED`. Not included in `timeout`, which counts from the start of the work.
PLACE_WAIT = timedelta(seconds=60)

#: How often an attempt heartbeats, and how long it may be silent before its worker counts as dead.
HEARTBEAT_EVERY = timedelta(seconds=2)
HEARTBEAT_TIMEOUT = timedelta(seconds=10)

#: How long the end of an attempt may take past `timeout`: a command's grace time, a slow report.
CLOSING = timedelta(seconds=15)

#: The error type of an attempt that did nothing, through no fault of the action. It does not count.
DEFERRED = "Deferred"

#: The error type if the run's deadline passed.
OVERDUE = "DeadlineExceeded"

#: How many attempts are listed: the first one, and the latest.
LISTED_ATTEMPTS = 20

#: An attempt with a longer timeout would block a workflow task: it is an ordinary activity.
LONGEST_LOCAL = timedelta(minutes=1)

#: How long before its time a worker gets a one-time run that begins with a local activity. This
#: hides the time of dispatching it; a change in between is too late.
LEAD = timedelta(milliseconds=250)


def early(due: datetime, *, at: datetime) -> timedelta:
    """How long to wait with a run dispatched at `at`: at most `LEAD`, because the clock of a
    manual run's due time may be ahead."""
    return min(max(due - at, timedelta(0)), LEAD)


def begins_locally(action: Action | UnknownAction, timeout: timedelta) -> bool:
    """Whether the first attempt is a local activity, on the worker that picks up the run."""
    match action:
        case LogAction():
            return True
        case HttpAction():
            return timeout <= LONGEST_LOCAL
        case CommandAction() | ActivityAction() | WorkflowAction() | UnknownAction():
            return False
        case _:
            assert_never(action)


class Attempt(Passed):
    """What every attempt has in addition to its action."""

    task_id: str
    run_id: str
    idempotency_key: str
    """The same for every attempt of an occurrence."""
    scheduled_for: Instant
    cause: RunCause | None = None
    """None from a workflow of an earlier release."""
    timeout: Duration
    """The limit of the work itself, without the wait for a place."""
    deadline: Instant | None = None
    """The run's deadline. The attempt ends itself then, so that it can report its output."""
    attempts_before: int = 0
    """Attempts that earlier activities of this run made; Temporal counts only its own."""
    made_before: tuple[AttemptMade, ...] = ()
    """Those attempts."""
    local: bool = False
    """Runs as a local activity, which cannot heartbeat and should not wait."""
    lead: Duration = timedelta(0)
    """Dispatched this long before `scheduled_for`, to begin exactly then."""


class HttpAttempt(Attempt):
    """One call of a URL."""

    action: HttpAction


class CommandAttempt(Attempt):
    """One start of a program."""

    action: CommandAction


class LogAttempt(Attempt):
    """One line in the worker's log."""

    action: LogAction


class AttemptResult(Passed):
    """A successful attempt. The instants are from the worker's own clock."""

    started_at: Instant
    finished_at: Instant
    output: Any = None
    attempt: int = 1
    """Which attempt of its run it was, from 1; one less if it did not begin."""
    made: tuple[AttemptMade, ...] = ()
    """The attempts of the run so far, including this one; see `listed`."""
    written: str = ""
    """What the attempts so far wrote while they ran, packed as in `written.py`, in base64."""


class AttemptFailure(AttemptResult):
    """The detail of a failed attempt's error: its times, and its partial output."""

    out_of_time: bool = False
    """Whether only the deadline ruled out another attempt."""


class Beat(Passed):
    """An attempt's heartbeat, which the next attempt also receives."""

    attempt: int
    waiting: bool = False
    """Whether it waits for a place; `since` is when that began."""
    since: Instant
    made: tuple[AttemptMade, ...] = ()
    """The attempts before it, and itself if it has ended."""
    taken: PlacesTaken | None = None
    """While it waits: how full the limit is."""


def listed(made: tuple[AttemptMade, ...]) -> tuple[AttemptMade, ...]:
    """The attempts to keep: the first one and the latest, `LISTED_ATTEMPTS` in all."""
    return made if len(made) <= LISTED_ATTEMPTS else (made[0], *made[1 - LISTED_ATTEMPTS :])
