"""What went wrong in a period, as returned."""

from __future__ import annotations

from pydantic import Field

from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.values import Duration, Instant, Model

#: How many missed instants, and how many late starts, are listed.
MOST = 1000


class TaskName(Model):
    """A task, by id and name."""

    id: str
    name: str


class FailureCause(Model):
    """What a group of failed runs has in common."""

    type: str = Field(description="The type of the error, such as `HttpStatus`.")
    message: str = Field(
        description="Its message, with `…` for what differs from run to run; empty if the group "
        "has all the rarer messages of one type."
    )
    id: str = Field(
        description="The value of `failure` for `GET /runs` and `POST /runs:retry`; empty if the "
        "message is.",
    )


class Incident(Model):
    """Runs that failed or timed out for one cause."""

    cause: FailureCause
    tasks: tuple[TaskName, ...] = Field(
        description="The most recently failed first; 1,000 at most."
    )
    task_count: int
    runs: int
    never_began: int = Field(
        default=0,
        description="How many of these runs no worker started before their deadline; `missed` "
        "lists them too.",
    )
    first_at: Instant = Field(description="When the first run was due.")
    last_at: Instant = Field(description="When the last run was due.")
    ongoing: bool = Field(
        description="Whether the last run of any of these tasks failed for this cause."
    )


class MissedInstant(Model):
    """An instant at which a task should have run and did not."""

    task_id: str
    name: str
    at: Instant
    state: LedgerState
    reason: Reason | None
    run_id: str | None = Field(default=None, description="The run that shows it, if there is one.")

    @property
    def counted_as_failure(self) -> bool:
        """Whether a group of failed runs counts its run as well."""
        return self.run_id is not None and self.reason is Reason.DEADLINE


class LateStart(Model):
    """A run that began more than ten seconds after it was due."""

    task_id: str
    name: str
    at: Instant = Field(description="When the run was due.")
    started_at: Instant | None
    lateness: Duration
    run_id: str


class LostInstants(Model):
    """Instants at which tasks should have run and have no run."""

    instants: tuple[MissedInstant, ...] = Field(description="The latest first.")
    complete: bool


class Incidents(Model):
    """What went wrong in a period."""

    since: Instant
    until: Instant
    items: tuple[Incident, ...] = Field(description="Ongoing ones first, then the most frequent.")
    missed: tuple[MissedInstant, ...] = Field(description="The latest first; 1,000 at most.")
    late: tuple[LateStart, ...] = Field(description="The latest first; 1,000 at most.")
    complete: bool = Field(
        description="False if there is more than is listed, or some tasks have not been "
        "checked yet."
    )

    @property
    def failures(self) -> tuple[Incident, ...]:
        """The groups of runs that did something before they failed."""
        return tuple(group for group in self.items if group.never_began < group.runs)

    @property
    def not_taken_up(self) -> tuple[Incident, ...]:
        """The groups of runs that never began."""
        return tuple(group for group in self.items if group.never_began == group.runs)

    @property
    def without_a_failure(self) -> tuple[MissedInstant, ...]:
        """The missed instants that no group counts."""
        return tuple(one for one in self.missed if not one.counted_as_failure)

    @property
    def did_not_run(self) -> int:
        """How many due occurrences were not carried out, each counted once."""
        return sum(group.runs for group in self.not_taken_up) + len(self.without_a_failure)

    @property
    def any(self) -> bool:
        """Whether anything went wrong."""
        return bool(self.items or self.missed or self.late)

    def with_lost(self, lost: LostInstants) -> Incidents:
        """The same with these instants among the missed ones, as far as they are listed."""
        missed = [*self.missed, *lost.instants]
        missed.sort(key=lambda one: (one.at, one.task_id), reverse=True)
        complete = self.complete and lost.complete and len(missed) <= MOST
        return self.model_copy(update={"missed": tuple(missed[:MOST]), "complete": complete})
