"""How a task handles a schedule that it cannot reconcile or remove.

A step is tried a few times in a row. Then the task sleeps, longer each time, in a durable timer: a
refusal may last for weeks, and attempts within a workflow task would fill the history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from onthedot.scheduling.stored.schedule_order import NEVER

_FIRST = timedelta(seconds=1)
_LONGEST = timedelta(minutes=10)
#: The wait after a final refusal: a later release of the worker may succeed.
_FINAL = timedelta(days=1)
#: Callers learn of a refusal after this many rounds: most failures pass in a moment.
_PATIENCE = 2


@dataclass(frozen=True)
class Refusal:
    """Why a change of the schedule was given up for now.

    `final` means that a retry is useless until something changes.
    """

    problem: str
    final: bool = False

    @classmethod
    def of(cls, error: ActivityError | ApplicationError) -> Refusal:
        """The refusal in an activity's error; a cancellation is raised again."""
        if is_cancelled_exception(error):
            raise error
        # The SDK wraps a local activity's timeout, but none of its other errors.
        cause = error.cause if isinstance(error, ActivityError) else error
        if isinstance(cause, ApplicationError):
            return cls(cause.message, final=cause.type == NEVER)
        return cls("Temporal did not answer the worker in time.")


class Refusals:
    """Consecutive refusals, and which of them are reported to callers."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self.reported = 0
        """Grows with each refusal that is reported to waiting callers."""

    def over(self) -> None:
        """Note that a step succeeded."""
        self._in_a_row = 0

    def another(self, refusal: Refusal, *, report: bool = False) -> timedelta:
        """Note a refusal; returns how long to wait. `report` reports even the first to callers."""
        self._in_a_row += 1
        if report or refusal.final or self._in_a_row >= _PATIENCE:
            self.reported += 1
        return _FINAL if refusal.final else min(_FIRST * 2 ** min(self._in_a_row, 16), _LONGEST)
