"""Errors that a caller can act on: one root, and leaves that write their own message.

`code` is stable and ends up in the problem document's `type`; `retryable` says whether the same
call may succeed later without a change. Errors that the caller cannot prevent are in `outages.py`.
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
    """One invalid field: its path in the body, and how to fix it."""

    field: str
    message: str


class InvalidDefinition(OnTheDotError):
    """A definition is well-formed but cannot be scheduled or run."""

    code = "invalid-definition"

    def __init__(self, *problems: FieldProblem) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems))


class Forbidden(OnTheDotError):
    """The caller's role is not sufficient. `needed` is the role that is."""

    code = "forbidden"

    def __init__(self, name: str, role: Role, needed_role: Role) -> None:
        super().__init__(
            f"This needs the role {needed_role} or a higher one; {name} has the role {role}."
        )
        self.needed = needed_role

    @classmethod
    def of(cls, identity: Identity, call: str) -> Forbidden:
        """The message for a caller whose role is not sufficient."""
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
    """The id is in use by another task, which is unchanged."""

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
            f"Task {task_id!r} is now at revision {current}. Read it again, then repeat the "
            "change with the new ETag."
        )


class CalendarChanged(RevisionMismatch):
    """If-Match named a revision of a calendar that is no longer the current one."""

    def __init__(self, name: str, current: int) -> None:
        self.current = current
        OnTheDotError.__init__(
            self,
            f"The calendar {name!r} is now at revision {current}. Read it again, then repeat "
            f"the change with the new ETag.",
        )


class FreezeChanged(OnTheDotError):
    """If-Match named a version of a freeze that is no longer the current one."""

    code = "revision-mismatch"

    def __init__(self, name: str, by: str) -> None:
        super().__init__(
            f"{by or 'Someone'} has changed the freeze {name!r} by now. Read it again, then repeat "
            f"the change with the new ETag."
        )


class CalendarNotFound(OnTheDotError):
    """There is no calendar with this name, or it was deleted."""

    code = "calendar-not-found"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no calendar {name!r}. GET /calendars lists those that exist.")


class CalendarInUse(OnTheDotError):
    """A calendar in use cannot be deleted."""

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
    """A freeze keeps the task from starting, and the call does not override it."""

    code = "frozen"

    def __init__(self, task_id: str, name: str, until: datetime) -> None:
        super().__init__(
            f"Task {task_id!r} is frozen by {name!r} until {until:%Y-%m-%dT%H:%M:%SZ}. To run it "
            f'anyway, send "through_freeze": true.'
        )
        self.freeze = name


class WrongState(OnTheDotError):
    """The current state of the task or run does not allow the call."""

    code = "wrong-state"
