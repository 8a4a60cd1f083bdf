"""The ledger's entries for instants without a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.ledger.evidence import End, ScheduleEvidence
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import RunCause, RunStatus
from onthedot.scheduling.trigger import IntervalTrigger, OnceTrigger
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


def test_what_is_to_come_is_pending_for_ten_seconds_past_its_jitter() -> None:
    jittery = IntervalTrigger(every=MINUTE, jitter=20 * SECOND)
    of = [period(entry(jittery))]
    for now, state in ((29, LedgerState.PENDING), (31, LedgerState.LATE)):
        behind = ScheduleEvidence(LONG_AGO, revision=1, next_at=T)
        found = told(of=of, until=T, now=T + now * SECOND, schedule=behind)
        assert found[0].state is state


def test_an_instant_during_a_run_is_skipped_by_the_policy() -> None:
    long = run(T, took=150 * SECOND)
    found = told(long, run(T + 3 * MINUTE), until=T + 3 * MINUTE)
    assert [one.reason for one in found] == [None, Reason.OVERLAP, Reason.OVERLAP, None]
    assert {one.state for one in found[1:3]} == {LedgerState.SKIPPED}
    assert "overlap policy is skip" in found[1].detail


@pytest.mark.parametrize(
    ("policy", "states"),
    [
        (OverlapPolicy.SKIP, ["skipped", "skipped", "skipped"]),
        (OverlapPolicy.BUFFER_ONE, ["pending", "skipped", "skipped"]),
        (OverlapPolicy.BUFFER_ALL, ["pending", "pending", "pending"]),
        (OverlapPolicy.CANCEL_OTHER, ["skipped", "skipped", "pending"]),
    ],
)
def test_what_waits_for_a_run_is_the_policys_choice(
    policy: OverlapPolicy, states: list[str]
) -> None:
    of = [period(entry(overlap=policy))]
    going = run(T, status=RunStatus.RUNNING)
    found = told(going, of=of, until=T + 3 * MINUTE)
    assert [one.state.value for one in found] == ["running", *states]


def test_with_allow_all_an_earlier_run_is_no_excuse() -> None:
    of = [period(entry(overlap=OverlapPolicy.ALLOW_ALL))]
    found = told(run(T, status=RunStatus.RUNNING), of=of, until=T + MINUTE)
    assert found[1].gap


def test_what_was_caught_up_at_once_overlapped() -> None:
    """After an outage everything is due at the same moment: the first runs, the policy skips the
    rest."""
    found = told(run(T, late=10 * MINUTE), until=T + 3 * MINUTE)
    assert [one.reason for one in found] == [None, *[Reason.OVERLAP] * 3]
    assert found[1].detail == (
        "Temporal processed it only with the run of 2026-03-02T09:00:00Z, which it began at "
        "2026-03-02T09:10:00Z, as after an outage, and the overlap policy is skip."
    )


def test_what_came_up_while_no_worker_was_there_says_so() -> None:
    """A run that waits for a worker blocks others, although nothing is being done."""
    waited = run(T, opened=T, took=200 * SECOND)
    begun = waited.run.model_copy(update={"started_at": T + 3 * MINUTE})
    found = told(replace(waited, run=begun), run(T + 4 * MINUTE), until=T + 4 * MINUTE)
    assert [one.reason for one in found][1:4] == [Reason.OVERLAP] * 3
    waiting = "The run of 2026-03-02T09:00:00Z was waiting for a worker until 2026-03-02T09:03:00Z"
    assert found[1].detail == f"{waiting}, and the overlap policy is skip."
    assert "was still in progress" in found[3].detail


def test_what_was_late_after_an_outage_waited_for_no_run() -> None:
    of = [period(entry(overlap=OverlapPolicy.BUFFER_ALL))]
    first, second = run(T, late=10 * MINUTE), run(T + MINUTE, late=9 * MINUTE + 2 * SECOND)
    found = told(first, second, of=of, until=T + MINUTE)
    assert [one.state for one in found] == [LedgerState.LATE] * 2
    assert [one.reason for one in found] == [None, None]


def test_the_count_of_too_late_ones_explains_only_what_it_can() -> None:
    of = [period(entry(catchup=10 * SECOND))]
    counted = ScheduleEvidence(LONG_AGO, revision=1, next_at=T + 31 * MINUTE, missed=2)
    found = told(run(T), run(T + 5 * MINUTE), of=of, schedule=counted)
    assert [one.reason for one in found] == [
        None,
        Reason.CATCHUP,
        Reason.CATCHUP,
        Reason.NO_RUN,
        Reason.NO_RUN,
        None,
    ]
    manual = run(T + MINUTE + SECOND, cause=RunCause.BACKFILL)
    found = told(run(T), manual, run(T + 5 * MINUTE), of=of, schedule=counted)
    assert at(found, T + MINUTE)[1] is Reason.NO_RUN, "Temporal was at work in that very window"


def test_without_any_reason_it_is_a_gap() -> None:
    found = told(until=T)
    assert at(found, T) == (LedgerState.UNKNOWN, Reason.NO_RUN)
    assert found[0].gap
    assert "Temporal's own tools" in found[0].detail


def test_a_schedule_that_is_not_as_the_task_made_it_is_told() -> None:
    far = T + 31 * MINUTE
    for schedule, reason in (
        (None, Reason.SCHEDULE_MISSING),
        (ScheduleEvidence(LONG_AGO, revision=1, next_at=far, paused=True), Reason.SCHEDULE_PAUSED),
        (ScheduleEvidence(LONG_AGO, revision=None, next_at=far), Reason.SCHEDULE_CHANGED),
        (ScheduleEvidence(T + MINUTE, revision=1, next_at=far), Reason.SCHEDULE_MISSING),
    ):
        found = told(until=T, schedule=schedule)
        assert at(found, T) == (LedgerState.UNKNOWN, reason)
        assert found[0].gap


def test_paused_instants_are_skipped() -> None:
    assert at(told(of=[period(entry(paused=True))], until=T), T)[1] is Reason.PAUSED


def test_a_paused_one_time_task_may_still_be_resumed_in_time() -> None:
    of = [period(entry(OnceTrigger(at=T), paused=True))]
    soon = told(of=of, until=T, now=T + timedelta(minutes=59), schedule=None)
    late = told(of=of, until=T, now=T + timedelta(minutes=61), schedule=None)
    assert (soon[0].state, late[0].state) == (LedgerState.PENDING, LedgerState.SKIPPED)


def test_close_to_a_change_either_definition_may_have_held() -> None:
    changed = period(entry(since=T - 5 * SECOND, revision=2), sure_since=T + 5 * SECOND)
    assert at(told(of=[changed], until=T, revision=2), T)[1] is Reason.EDITED
    assert at(told(run(T), of=[changed], until=T, revision=2), T)[0] is LedgerState.RAN


def test_a_task_that_no_worker_saw_is_late_then_missed() -> None:
    for minutes, state in ((30, LedgerState.LATE), (61, LedgerState.MISSED)):
        found = told(until=T, now=T + timedelta(minutes=minutes), schedule=None, taken_up_at=None)
        assert at(found, T) == (state, Reason.NO_WORKER)


def test_max_runs_used_up() -> None:
    of = [period(entry(IntervalTrigger(every=MINUTE, max_runs=2)))]
    found = told(run(T), run(T + MINUTE), of=of, schedule=None, end=End.FINISHED, remaining=0)
    assert [one.reason for one in found] == [None, None, *[Reason.MAX_RUNS] * 4]


def test_a_terminated_task_is_unknown_from_then_on() -> None:
    found = told(
        run(T), run(T + 2 * MINUTE), until=T + 2 * MINUTE, ended_at=T + SECOND, end=End.TERMINATED
    )
    assert [one.state for one in found] == [LedgerState.RAN, *[LedgerState.UNKNOWN] * 2]
    assert {one.reason for one in found[1:]} == {Reason.TASK_TERMINATED}
