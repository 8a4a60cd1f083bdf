"""The ledger's rules: which instants it expects, and what it makes of what it sees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onthedot.scheduling.errors import InvalidDefinition
from onthedot.scheduling.ledger.account import account
from onthedot.scheduling.ledger.entries import LedgerEntry, LedgerState, Reason
from onthedot.scheduling.ledger.evidence import End, Evidence, ScheduleEvidence, SeenRun
from onthedot.scheduling.ledger.expected import Period, expected, instants_around, limited
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import RunCause, RunError, RunStatus, ShortRun
from onthedot.scheduling.stored.journal import JournalEntry
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, OnceTrigger, Trigger

T = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
EVERY_MINUTE = IntervalTrigger(every=MINUTE)
LONG_AGO = T - timedelta(days=3)
AT_WORK = ScheduleEvidence(LONG_AGO, revision=1, next_at=T + 31 * MINUTE)


def entry(
    trigger: Trigger = EVERY_MINUTE,
    *,
    revision: int = 1,
    since: datetime = LONG_AGO,
    paused: bool = False,
    overlap: OverlapPolicy = OverlapPolicy.SKIP,
    catchup: timedelta = timedelta(hours=1),
) -> JournalEntry:
    return JournalEntry(
        revision=revision,
        since=since,
        trigger=trigger,
        paused=paused,
        overlap=overlap,
        catchup_window=catchup,
    )


def period(
    of: JournalEntry, *, until: datetime | None = None, sure_since: datetime | None = None
) -> Period:
    return Period(of, of.since, until, sure_since)


def run(
    at: datetime,
    *,
    status: RunStatus = RunStatus.SUCCEEDED,
    took: timedelta | None = SECOND,
    late: timedelta = timedelta(0),
    cause: RunCause = RunCause.TRIGGER,
    error: RunError | None = None,
    attempts: int = 1,
    opened: datetime | None = None,
) -> SeenRun:
    began = opened or at + late
    closed = None if status is RunStatus.RUNNING or took is None else began + took
    return SeenRun(
        ShortRun(
            id=f"x~{at:%H%M%S}",
            task_id="x",
            status=status,
            scheduled_for=at,
            finished_at=closed,
            lateness=None if status is RunStatus.RUNNING else late,
            attempts=attempts,
            cause=cause,
            error=error,
        ),
        at,
        began,
        closed,
    )


def told(
    *runs: SeenRun,
    of: Sequence[Period] = (period(entry()),),
    now: datetime = T + timedelta(minutes=30),
    since: datetime = T,
    until: datetime = T + 5 * MINUTE,
    schedule: ScheduleEvidence | None = AT_WORK,
    taken_up_at: datetime | None = LONG_AGO,
    ended_at: datetime | None = None,
    end: End | None = None,
    remaining: int | None = None,
    revision: int = 1,
) -> list[LedgerEntry]:
    instants = expected(of, since=since, until=until, key="x")
    evidence = Evidence(
        now=now,
        revision=revision,
        runs=runs,
        schedule=schedule,
        taken_up_at=taken_up_at,
        ended_at=ended_at,
        end=end,
        remaining=remaining,
    )
    return account(instants, evidence, since=since, until=until)


def at(entries: Sequence[LedgerEntry], when: datetime) -> tuple[LedgerState, Reason | None]:
    found = [one for one in entries if one.at == when]
    assert len(found) == 1, entries
    return found[0].state, found[0].reason


# What is expected


def test_a_definition_holds_from_after_its_beginning_to_its_end_included() -> None:
    first = period(entry(since=T), until=T + 2 * MINUTE)
    second = period(entry(revision=2, since=T + 2 * MINUTE))
    found = expected([first, second], since=T, until=T + 4 * MINUTE, key="x")
    assert [(one.at - T, one.entry.revision) for one in found] == [
        (MINUTE, 1),
        (2 * MINUTE, 1),
        (3 * MINUTE, 2),
        (4 * MINUTE, 2),
    ]


def test_excluded_instants_are_expected_to_be_left_out() -> None:
    trigger = CronTrigger(expression="0 9 * * *", exclude=("2026-03-03", "0 9 5 3 *"))
    found = expected([period(entry(trigger))], since=T, until=T + timedelta(days=4), key="x")
    assert [one.excluded for one in found] == [False, True, False, True, False]


def test_a_one_time_task_is_expected_even_if_it_was_registered_after_its_time() -> None:
    late = entry(OnceTrigger(at=T), since=T + MINUTE)
    assert [one.at for one in expected([period(late)], since=T, until=T, key="x")] == [T]


def test_a_one_time_task_that_was_moved_is_expected_at_its_last_time_only() -> None:
    before = Period(entry(OnceTrigger(at=T)), LONG_AGO, T - MINUTE)
    moved = period(entry(OnceTrigger(at=T + MINUTE), revision=2, since=T - MINUTE))
    found = expected([before, moved], since=T, until=T + 5 * MINUTE, key="x")
    assert [one.at for one in found] == [T + MINUTE]


def test_too_many_instants_are_refused_with_the_mend() -> None:
    with pytest.raises(InvalidDefinition, match="choose a shorter span"):
        expected([period(entry())], since=T, until=T + 11 * MINUTE, key="x", limit=10)
    assert len(expected([period(entry())], since=T, until=T + 9 * MINUTE, key="x", limit=10)) == 10


def test_runs_to_come_are_limited_by_max_runs() -> None:
    found = expected([period(entry())], since=T, until=T + 9 * MINUTE, key="x")
    kept = limited(found, now=T + 4 * MINUTE, remaining=2)
    assert [one.at for one in kept] == [T + n * MINUTE for n in range(7)]


def test_the_instants_around_a_moment() -> None:
    yearly = period(entry(CronTrigger(expression="0 9 2 3 *"), since=T - timedelta(days=400)))
    assert instants_around([yearly], T + SECOND, "x") == (T, T + timedelta(days=365))
    assert instants_around([yearly], T, "x") == (T - timedelta(days=365), T + timedelta(days=365))


_CHANGES = st.lists(st.integers(1, 3000), min_size=0, max_size=6, unique=True).map(sorted)


@given(_CHANGES, st.integers(1, 120), st.integers(0, 600))
def test_periods_that_follow_each_other_name_every_instant_once(
    changes: list[int], every: int, jitter: int
) -> None:
    trigger = IntervalTrigger(every=every * SECOND, jitter=jitter * SECOND)
    marks = [LONG_AGO, *(T + n * SECOND for n in changes), None]
    periods = [
        Period(entry(trigger, revision=n, since=start or T), start or T, end)
        for n, (start, end) in enumerate(pairwise(marks), 1)
    ]
    until = T + timedelta(hours=1)
    whole = expected([period(entry(trigger))], since=T, until=until, key="x")
    parts = expected(periods, since=T, until=until, key="x")
    assert [one.at for one in parts] == [one.at for one in whole]
    assert all(one.due == one.at + trigger.jitter for one in parts)


# What is made of runs


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


# What is made of no run


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
    """After an outage all is due in one moment: the first runs, the policy skips the rest."""
    found = told(run(T, late=10 * MINUTE), until=T + 3 * MINUTE)
    assert [one.reason for one in found] == [None, *[Reason.OVERLAP] * 3]
    assert found[1].detail == (
        "Temporal came to it only with the run of 2026-03-02T09:00:00Z, which it began at "
        "2026-03-02T09:10:00Z, as after an outage, and the overlap policy is skip."
    )


def test_what_came_up_while_no_worker_was_there_says_so() -> None:
    """A run that waits for a worker stands in the way, though nothing is being done."""
    waited = run(T, opened=T, took=200 * SECOND)
    begun = waited.run.model_copy(update={"started_at": T + 3 * MINUTE})
    found = told(replace(waited, run=begun), run(T + 4 * MINUTE), until=T + 4 * MINUTE)
    assert [one.reason for one in found][1:4] == [Reason.OVERLAP] * 3
    waiting = "The run of 2026-03-02T09:00:00Z was waiting for a worker until 2026-03-02T09:03:00Z"
    assert found[1].detail == f"{waiting}, and the overlap policy is skip."
    assert "was still going on" in found[3].detail


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


_SEEN = st.builds(
    run,
    st.integers(0, 40).map(lambda n: T + n * 15 * SECOND),
    status=st.sampled_from(RunStatus),
    took=st.integers(0, 300).map(lambda n: n * SECOND),
    late=st.integers(0, 300).map(lambda n: n * SECOND),
    cause=st.sampled_from([RunCause.TRIGGER, RunCause.BACKFILL]),
)


@given(
    st.lists(_SEEN, max_size=12),
    st.sampled_from(OverlapPolicy),
    st.booleans(),
    st.integers(0, 12).map(lambda n: T + n * MINUTE),
    st.integers(0, 5),
)
def test_every_expected_instant_has_one_entry_whatever_is_seen(
    runs: list[SeenRun], policy: OverlapPolicy, paused: bool, now: datetime, missed: int
) -> None:
    of = [period(entry(overlap=policy, paused=paused))]
    schedule = ScheduleEvidence(LONG_AGO, revision=1, next_at=now + MINUTE, missed=missed)
    until = T + 8 * MINUTE
    found = told(*runs, of=of, now=now, until=until, schedule=schedule)
    instants = [one.at for one in found]
    assert instants == sorted(set(instants))
    assert set(instants) >= {T + n * MINUTE for n in range(9)}
    for one in found:
        assert (one.state in (LedgerState.RAN, LedgerState.RUNNING)) <= (one.run is not None)
        if one.run is not None:
            assert one.run.scheduled_for == one.at
        if one.state is LedgerState.PENDING and one.reason is None:
            assert one.at + 10 * SECOND > now
        if one.state in (LedgerState.SKIPPED, LedgerState.MISSED, LedgerState.UNKNOWN):
            assert one.reason is not None
            assert one.detail


def test_the_reference_names_every_state_and_reason() -> None:
    text = (Path(__file__).parents[3] / "docs" / "reference" / "ledger.md").read_text()
    rows = set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE))
    assert rows == {*LedgerState, *Reason}
