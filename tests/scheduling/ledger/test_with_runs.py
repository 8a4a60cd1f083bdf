"""The ledger's entries for instants with a run."""

from __future__ import annotations

from datetime import datetime

import pytest

from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.ledger.evidence import SeenRun
from onthedot.scheduling.ledger.expected import Period
from onthedot.scheduling.run import RunCause, RunError, RunStatus
from onthedot.scheduling.trigger import CronTrigger, OnceTrigger
from tests.scheduling.ledger.accounts import (
    LONG_AGO,
    MINUTE,
    SECOND,
    T,
    at,
    entry,
    period,
    run,
    told,
)


@pytest.mark.parametrize(
    ("seen", "state", "reason"),
    [
        (run(T), LedgerState.RAN, None),
        (run(T, late=10 * SECOND), LedgerState.RAN, None),
        (run(T, late=11 * SECOND), LedgerState.LATE, None),
        (run(T, status=RunStatus.RUNNING), LedgerState.RUNNING, None),
        (run(T, status=RunStatus.FAILED), LedgerState.FAILED, None),
        (run(T, status=RunStatus.TIMED_OUT), LedgerState.FAILED, None),
        (run(T, status=RunStatus.CANCELLED), LedgerState.FAILED, None),
        (run(T, status=RunStatus.TERMINATED), LedgerState.FAILED, None),
        (
            run(
                T,
                status=RunStatus.TIMED_OUT,
                attempts=0,
                error=RunError(type="DeadlineExceeded", message="No worker."),
            ),
            LedgerState.MISSED,
            Reason.DEADLINE,
        ),
        (
            run(T, status=RunStatus.SKIPPED, error=RunError(type="Missed", message="late")),
            LedgerState.MISSED,
            Reason.CATCHUP,
        ),
        (
            run(T, status=RunStatus.SKIPPED, error=RunError(type="NotAnOccurrence", message="")),
            LedgerState.SKIPPED,
            Reason.CLOCK_CHANGE,
        ),
        (run(T, cause=RunCause.BACKFILL, late=MINUTE), LedgerState.RAN, Reason.BACKFILL),
    ],
)
def test_an_instant_with_a_run_is_told_by_it(
    seen: SeenRun, state: LedgerState, reason: Reason | None
) -> None:
    found = told(seen, until=T)
    assert at(found, T) == (state, reason)
    assert found[0].run == seen.run


def retried(status: RunStatus, at: datetime = T) -> SeenRun:
    return run(at, cause=RunCause.RETRY, status=status, late=MINUTE)


def test_a_retry_tells_an_instant_that_was_not_carried_out() -> None:
    failed = run(T, status=RunStatus.FAILED)
    again, better = retried(RunStatus.FAILED), retried(RunStatus.SUCCEEDED)
    assert at(told(failed, again, until=T), T) == (LedgerState.FAILED, None)
    found = told(failed, again, better, until=T)
    assert at(found, T) == (LedgerState.RAN, Reason.RETRY)
    assert found[0].run == better.run
    going = retried(RunStatus.RUNNING)
    assert at(told(failed, going, until=T), T) == (LedgerState.RUNNING, Reason.RETRY)
    assert at(told(better, until=T), T) == (LedgerState.RAN, Reason.RETRY)


def test_a_retry_hides_nothing() -> None:
    late = run(T, late=MINUTE)
    assert at(told(late, retried(RunStatus.FAILED), until=T), T) == (LedgerState.LATE, None)
    assert at(told(late, retried(RunStatus.SUCCEEDED), until=T), T) == (LedgerState.LATE, None)
    twice = (run(T), run(T, late=5 * SECOND), retried(RunStatus.SUCCEEDED))
    assert at(told(*twice, until=T), T) == (LedgerState.UNKNOWN, Reason.SEVERAL_RUNS)
    missed = told(retried(RunStatus.FAILED), until=T)
    assert at(missed, T) == at(told(until=T), T)


def test_a_run_that_nobody_expects_is_unknown() -> None:
    found = told(run(T + 30 * SECOND), run(T), until=T + 59 * SECOND)
    assert at(found, T) == (LedgerState.RAN, None)
    assert at(found, T + 30 * SECOND) == (LedgerState.UNKNOWN, Reason.UNEXPECTED_RUN)


def test_a_false_instant_beside_a_clock_change_is_skipped() -> None:
    reason = RunError(type="NotAnOccurrence", message="It is beside a clock change.")
    seen = run(T + 30 * SECOND, status=RunStatus.SKIPPED, error=reason)
    found = told(seen, run(T), until=T + 59 * SECOND)
    assert at(found, T + 30 * SECOND) == (LedgerState.SKIPPED, Reason.CLOCK_CHANGE)


def test_a_run_of_an_instant_that_was_excluded_or_paused_is_unknown() -> None:
    paused = period(entry(paused=True))
    assert at(told(run(T), of=[paused], until=T), T)[1] is Reason.UNEXPECTED_RUN
    without = period(entry(CronTrigger(expression="* * * * *", exclude=("2026-03-02",))))
    assert at(told(run(T), of=[without], until=T), T)[1] is Reason.UNEXPECTED_RUN


def test_two_runs_of_one_instant_are_unknown() -> None:
    found = told(run(T), run(T, late=5 * SECOND), until=T)
    assert at(found, T) == (LedgerState.UNKNOWN, Reason.SEVERAL_RUNS)


def test_a_one_time_task_that_was_paused_and_resumed_just_ran() -> None:
    once = OnceTrigger(at=T)
    of = [
        Period(entry(once, paused=True), LONG_AGO, T + MINUTE),
        period(entry(once, revision=2, since=T + MINUTE)),
    ]
    found = told(run(T, late=MINUTE), of=of, schedule=None, revision=2, until=T)
    assert at(found, T) == (LedgerState.LATE, None)
