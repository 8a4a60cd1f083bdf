"""The ledger of a task: every instant at which it should have fired, and what happened."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from onthedot.scheduling.run import ShortRun
from onthedot.scheduling.values import Instant, Model

#: The most instants of one page.
MAX_INSTANTS = 10_000

#: The promise: a run starts this soon after it is due. One that starts later is late.
PROMISE = timedelta(seconds=10)


class LedgerState(StrEnum):
    """What happened at an instant."""

    #: Its run succeeded, and began within ten seconds of its time.
    RAN = "ran"
    #: Its run succeeded but began later than that, or has not begun although it is past its time.
    LATE = "late"
    #: Its run is in progress.
    RUNNING = "running"
    #: Its run began and did not succeed.
    FAILED = "failed"
    #: It was not to run: the task's own definition or policy says so.
    SKIPPED = "skipped"
    #: It should have run and did not, for a known reason.
    MISSED = "missed"
    #: It is in the future.
    PENDING = "pending"
    #: Temporal's records do not match the definition, and nothing On the Dot did explains it.
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why an instant is in its state, if the state alone does not explain it."""

    #: An earlier run was still in progress.
    OVERLAP = "overlap"
    #: The task was paused.
    PAUSED = "paused"
    #: The trigger's `exclude` names it.
    EXCLUDED = "excluded"
    #: Temporal fired next to a clock change, where nothing is due.
    CLOCK_CHANGE = "clock_change"
    #: All runs that `max_runs` allows were used up.
    MAX_RUNS = "max_runs"
    #: The task was being changed in these seconds, and no run was due by both definitions.
    EDITED = "edited"
    #: The task had been ended manually.
    CANCELLED = "cancelled"
    #: It came up later than `catchup_window` allows.
    CATCHUP = "catchup"
    #: The deadline passed before a worker picked up the run.
    DEADLINE = "deadline"
    #: No worker has processed the task since it was registered.
    NO_WORKER = "no_worker"
    #: Temporal has not processed it yet.
    BEHIND = "behind"
    #: A freeze was in force.
    FROZEN = "frozen"
    #: A backfill ran it later.
    BACKFILL = "backfill"
    #: A retry of it ran later.
    RETRY = "retry"
    #: There is no run, for no known reason: a gap.
    NO_RUN = "no_run"
    #: There is a run where the definition has no occurrence.
    UNEXPECTED_RUN = "unexpected_run"
    #: There is more than one run of this one occurrence.
    SEVERAL_RUNS = "several_runs"
    #: The schedule is paused in Temporal, although the task is not.
    SCHEDULE_PAUSED = "schedule_paused"
    #: The schedule is, or was, gone from Temporal.
    SCHEDULE_MISSING = "schedule_missing"
    #: The schedule in Temporal is not the one that the task made.
    SCHEDULE_CHANGED = "schedule_changed"
    #: The workflow that is the task was terminated.
    TASK_TERMINATED = "task_terminated"


#: Reasons of gaps: an expected instant has no run, and nothing On the Dot did explains it.
GAPS = frozenset(
    {
        Reason.NO_RUN,
        Reason.SCHEDULE_PAUSED,
        Reason.SCHEDULE_MISSING,
        Reason.SCHEDULE_CHANGED,
        Reason.TASK_TERMINATED,
    }
)


class LedgerEntry(Model):
    """One instant."""

    at: Instant = Field(description="The instant that the trigger names, without jitter.")
    state: LedgerState
    reason: Reason | None = None
    detail: str = Field(default="", description="The reason, in words.")
    revision: int | None = Field(
        default=None, description="The task's revision that names this instant."
    )
    run: ShortRun | None = None

    @property
    def gap(self) -> bool:
        """Whether it should have run, and has neither a run nor an explanation."""
        return self.state is LedgerState.UNKNOWN and self.run is None and self.reason in GAPS

    @property
    def not_run(self) -> bool:
        """Whether it was due and did not run: missed, skipped by an overlap policy, or a gap."""
        overlapped = self.state is LedgerState.SKIPPED and self.reason is Reason.OVERLAP
        return self.gap or overlapped or self.state is LedgerState.MISSED


class LedgerPage(Model):
    """The ledger of one task in a period, oldest instant first."""

    task_id: str
    since: Instant = Field(description="No earlier than the registration or the retention.")
    until: Instant
    counts: dict[LedgerState, int] = Field(description="The number of instants in each state.")
    items: tuple[LedgerEntry, ...]


class Why(Model):
    """The answer to "why did it not run?"."""

    task_id: str
    at: Instant | None = Field(default=None, description="The instant in question.")
    state: LedgerState | None = None
    reason: Reason | None = None
    answer: str = Field(description="One sentence.")

    def __str__(self) -> str:
        return self.answer
