"""What a task does about a schedule that it cannot bring in line, or cannot remove.

A step is tried a few times in a row. After that the task sleeps, longer each time, in a durable
timer: a refusal may last for weeks, and attempts within a workflow task would fill the history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from onthedot.scheduling.stored.schedule_order import NEVER

_FIRST = timedelta(seconds=1)
_LONGEST = timedelta(minutes=10)
#: A later release of the worker may know how.
_FINAL = timedelta(days=1)
#: A caller hears of it after so many rounds: most of what fails once works a moment later.
_PATIENCE = 2


@dataclass(frozen=True)
class Refusal:
    """Why a step at the schedule was given up for now.

    `final` says that trying again is of no use until something changes.
    """

    problem: str
    final: bool = False

    @classmethod
    def of(cls, error: ActivityError | ApplicationError) -> Refusal:
        """What the error of a step says. A cancel is none: it is raised again."""
        if is_cancelled_exception(error):
            raise error
        # What a local activity raises comes bare, other than a timeout of it.
        cause = error.cause if isinstance(error, ActivityError) else error
        if isinstance(cause, ApplicationError):
            return cls(cause.message, final=cause.type == NEVER)
        return cls("Temporal did not answer the worker in time.")


class Refusals:
    """The refusals in a row, and which of them callers are to hear of."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self.told = 0
        """Grows with each that the callers who wait are to hear of."""

    def over(self) -> None:
        """A step worked."""
        self._in_a_row = 0

    def another(self, refusal: Refusal, *, tell: bool = False) -> timedelta:
        """How long to wait after this one; with `tell` callers hear of the first one too."""
        self._in_a_row += 1
        if tell or refusal.final or self._in_a_row >= _PATIENCE:
            self.told += 1
        return _FINAL if refusal.final else min(_FIRST * 2 ** min(self._in_a_row, 16), _LONGEST)
