"""Builds the outcome of an ended run: a pure function of the result of its attempts."""

from __future__ import annotations

from datetime import datetime, timedelta

from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.stored.attempt import AttemptResult, early
from onthedot.scheduling.stored.run_order import RunOutcome
from onthedot.workflows.run.failures import Failure


def outcome_of(
    status: RunStatus,
    left: AttemptResult | Failure,
    *,
    due: datetime,
    taken_up: datetime,
    at: datetime,
) -> RunOutcome:
    """The outcome of a run that was due at `due`, reached a worker at `taken_up` and ended by `at`.

    It began with its first attempt or, if that time is unknown, at `taken_up`.
    """
    started = taken_up + early(due, at=taken_up)
    if left.made and left.made[0].attempt == 1 and left.made[0].started_at:
        started = left.made[0].started_at
    elif isinstance(left, AttemptResult) and left.attempt == 1:
        started = left.started_at
    if isinstance(left, AttemptResult):
        ended = left.finished_at
    else:
        # A workflow's time stands still while its local attempts are made.
        ended = max(at, started, *(each.ended_at for each in left.made if each.ended_at))
    return RunOutcome(
        status=status,
        scheduled_for=due,
        started_at=started,
        finished_at=ended,
        lateness=max(started - due, timedelta(0)),
        attempts=left.attempt if isinstance(left, AttemptResult) else left.attempts,
        output=left.output,
        error=None if isinstance(left, AttemptResult) else left.error,
        attempts_made=left.made,
    )
