"""Every error that On the Dot tells a caller: one root, leaves that write their own message.

`code` is stable and ends up in the problem document's `type`; `retryable` says whether the same
call may succeed later without a change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from onthedot.access.identity import Identity
from onthedot.access.roles import Role, needed


class OnTheDotError(Exception):
    """Root of all errors meant for a caller. The message says what to do."""

    code = "error"
    retryable = False


@dataclass(frozen=True)
class FieldProblem:
    """One field that was refused: its path in the body, and what would mend it."""

    field: str
    message: str


class InvalidDefinition(OnTheDotError):
    """A definition is well-formed but cannot be scheduled or run as it stands."""

    code = "invalid-definition"

    def __init__(self, *problems: FieldProblem) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems))


class Forbidden(OnTheDotError):
    """The caller's role is too small. `needed` is the smallest that would do."""

    code = "forbidden"

    def __init__(self, name: str, role: Role, needed_role: Role) -> None:
        super().__init__(
            f"This needs the role {needed_role} or a larger one; {name} has the role {role}."
        )
        self.needed = needed_role

    @classmethod
    def of(cls, identity: Identity, call: str) -> Forbidden:
        """What to say to somebody whose role is too small for a call."""
        return cls(identity.name, identity.role, needed(call))


class TaskNotFound(OnTheDotError):
    """There is no task with this id, or it was deleted."""

    code = "task-not-found"

    def __init__(self, task_id: str) -> None:
        super().__init__(f"There is no task {task_id!r}. GET /tasks lists those that exist.")


class RevisionNotFound(OnTheDotError):
    """A task never had this revision, or it is past the retention."""

    code = "revision-not-found"

    def __init__(self, task_id: str, revision: int) -> None:
        super().__init__(
            f"Task {task_id!r} has no revision {revision}, or it is older than the retention. "
            f"GET /tasks/{task_id}/revisions lists those that are kept."
        )


class RunNotFound(OnTheDotError):
    """There is no run with this id, or it is past the retention."""

    code = "run-not-found"

    def __init__(self, run_id: str) -> None:
        super().__init__(
            f"There is no run {run_id!r}: the id is wrong, or the run is older than the retention."
        )


class BackfillNotFound(OnTheDotError):
    """There is no backfill with this id, or it is past the retention."""

    code = "backfill-not-found"

    def __init__(self, backfill_id: str) -> None:
        super().__init__(
            f"There is no backfill {backfill_id!r}. GET /tasks/{{id}}/backfills lists a task's."
        )


class TaskExists(OnTheDotError):
    """The id is in use, by either kind of task; the first one is untouched."""

    code = "task-exists"

    def __init__(self, task_id: str) -> None:
        super().__init__(
            f"The id {task_id!r} is in use. Choose another one, or replace that task with "
            f"PUT /tasks/{task_id}."
        )


class IdempotencyConflict(OnTheDotError):
    """An Idempotency-Key came again with another body."""

    code = "idempotency-conflict"

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was used with another body. Send a new key for a new task."
        )


class RevisionMismatch(OnTheDotError):
    """If-Match named a revision that is no longer the current one."""

    code = "revision-mismatch"

    def __init__(self, task_id: str, current: int) -> None:
        self.current = current
        super().__init__(
            f"Task {task_id!r} is at revision {current} by now. Read it again, then repeat the "
            f"change with the new ETag."
        )


class CalendarChanged(RevisionMismatch):
    """If-Match named a revision of a calendar that is no longer the current one."""

    def __init__(self, name: str, current: int) -> None:
        self.current = current
        OnTheDotError.__init__(
            self,
            f"The calendar {name!r} is at revision {current} by now. Read it again, then repeat "
            f"the change with the new ETag.",
        )


class CalendarNotFound(OnTheDotError):
    """There is no calendar with this name, or it was deleted."""

    code = "calendar-not-found"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no calendar {name!r}. GET /calendars lists those that exist.")


class CalendarInUse(OnTheDotError):
    """A calendar that somebody keeps to cannot be deleted."""

    code = "calendar-in-use"

    def __init__(self, name: str, users: Sequence[str], count: int) -> None:
        more = f" and {count - len(users)} more" if count > len(users) else ""
        super().__init__(
            f"The calendar {name!r} is in use by {', '.join(users)}{more}. Change those first."
        )


class FreezeNotFound(OnTheDotError):
    """There is no freeze with this name, or its last window has ended."""

    code = "freeze-not-found"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no freeze {name!r}, or it has ended. GET /freezes lists them.")


class Frozen(OnTheDotError):
    """A freeze keeps the task from starting, and the call does not ask to go through it."""

    code = "frozen"

    def __init__(self, task_id: str, name: str, until: datetime) -> None:
        super().__init__(
            f"Task {task_id!r} is frozen by {name!r} until {until:%Y-%m-%dT%H:%M:%SZ}. To run it "
            f'all the same, send "through_freeze": true.'
        )
        self.freeze = name


class WrongState(OnTheDotError):
    """The call does not fit what the task or run is doing at present."""

    code = "wrong-state"


class TemporalUnavailable(OnTheDotError):
    """Temporal does not answer; nothing was changed."""

    code = "temporal-unavailable"
    retryable = True

    def __init__(self, address: str) -> None:
        super().__init__(
            f"Temporal at {address} does not answer. Nothing was changed; try again shortly."
        )


class Unconfirmed(TemporalUnavailable):
    """Temporal stopped answering in the midst: whether it did what was asked cannot be told."""

    def __init__(self, address: str, detail: str) -> None:
        OnTheDotError.__init__(self, f"Temporal at {address} does not answer. {detail}")


class NamespaceUnprepared(TemporalUnavailable):
    """The namespace lacks our search attributes, or part of Temporal has not heard of them."""

    def __init__(self, address: str) -> None:
        OnTheDotError.__init__(
            self,
            f"Temporal at {address} is not set up for tasks yet. Nothing was changed; run "
            f"`onthedot setup-namespace` once, which takes up to a minute, then try again.",
        )


class NotInForce(OnTheDotError):
    """A task took a change, but the change is not in force yet."""

    code = "not-in-force"
    retryable = True

    def __init__(self, task_id: str, problem: str = "") -> None:
        why = problem or "the worker is still at it."
        super().__init__(
            f"Task {task_id!r} took the change, but it is not in force yet: {why} It is tried "
            f"again until it is. Do not repeat it; GET /tasks/{task_id} shows how it stands."
        )


class KeyMissing(OnTheDotError):
    """Something in Temporal is sealed with a key that this process does not have."""

    code = "key-missing"
    retryable = True

    def __init__(self, key_id: str, *, any_key: bool = True) -> None:
        super().__init__(
            f"What Temporal holds is sealed with the key {key_id!r}, which is not among "
            f"ONTHEDOT_ENCRYPTION_KEYS here. Add it behind the first one, and start again."
            if any_key
            else f"What Temporal holds is sealed with the key {key_id!r}, and this process has no "
            f"keys. Give it the ONTHEDOT_ENCRYPTION_KEYS of the others, and start it again."
        )


class NotOurSeal(OnTheDotError):
    """Something in Temporal was altered, or sealed with another key of the same id."""

    code = "not-our-seal"

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"What Temporal holds says that it is sealed with the key {key_id!r}, but that key "
            f"does not open it: it was altered, or another key has this id."
        )


class Busy(OnTheDotError):
    """The server has too much to work out at present; nothing was changed."""

    code = "busy"
    retryable = True

    def __init__(self, mend: str = "Try again shortly.") -> None:
        super().__init__(
            f"The server is busy working out when other triggers fire. Nothing was changed. {mend}"
        )


class TooManyWatch(OnTheDotError):
    """The server keeps up with as many running runs as it can."""

    code = "busy"
    retryable = True

    def __init__(self) -> None:
        super().__init__(
            "Too many watch running runs at present. Read the output without `follow`, or try "
            "again shortly."
        )


class NoWorker(OnTheDotError):
    """Temporal is there, but no worker took the change up in time.

    Args:
        idle: nobody polls, so that it is certain that nothing was changed.
    """

    code = "no-worker"
    retryable = True

    def __init__(self, task_queue: str, *, idle: bool = True) -> None:
        outcome = (
            "Nothing was changed."
            if idle
            else "It no longer counts, unless a worker was at it at this very moment: read the "
            "task before you repeat the change."
        )
        super().__init__(
            f"No worker of the task queue {task_queue!r} took it up in time: none polls, or all "
            f"are busy. {outcome} Start one with `onthedot worker`, then try again."
        )
