"""Definitions, runs and their ledgers, to test its rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from onthedot.scheduling.ledger.account import account
from onthedot.scheduling.ledger.entries import LedgerEntry, LedgerState, Reason
from onthedot.scheduling.ledger.evidence import End, Evidence, ScheduleEvidence, SeenRun
from onthedot.scheduling.ledger.expected import Period, expected
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import RunCause, RunError, RunStatus, ShortRun
from onthedot.scheduling.stored.task_state import JournalEntry
from onthedot.scheduling.trigger import IntervalTrigger, Trigger

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
