"""The answer to "why did it not run?"."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from onthedot.scheduling.ledger.entries import LedgerEntry, LedgerState, Reason
from onthedot.scheduling.ledger.why import Standing, why_at, why_lately
from onthedot.scheduling.task import TaskStatus

T = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TASK = Standing("x", TaskStatus.SCHEDULED, T - HOUR, T - HOUR, before=T, after=T + HOUR)


def entry(
    hours: int, state: LedgerState, reason: Reason | None = None, detail: str = ""
) -> LedgerEntry:
    return LedgerEntry(at=T + hours * HOUR, state=state, reason=reason, detail=detail)


RAN = entry(1, LedgerState.RAN)
SKIPPED = entry(0, LedgerState.SKIPPED, Reason.OVERLAP, "An earlier run was still in progress.")


@pytest.mark.parametrize(
    ("entries", "answer"),
    [
        ([], "It was not due yet: it is due at 2026-03-02T10:00:00Z first."),
        (
            [RAN],
            "It did run: the occurrence of 2026-03-02T10:00:00Z ran on time; it is due next at "
            "2026-03-02T10:00:00Z.",
        ),
        (
            [SKIPPED],
            "The occurrence of 2026-03-02T09:00:00Z was skipped: an earlier run was still in "
            "progress.",
        ),
        (
            [SKIPPED, RAN],
            "The occurrence of 2026-03-02T09:00:00Z was skipped: an earlier run was still in "
            "progress; it ran since, last at 2026-03-02T10:00:00Z.",
        ),
        (
            [entry(0, LedgerState.MISSED, Reason.CATCHUP, "Temporal processed it later.")],
            "The occurrence of 2026-03-02T09:00:00Z was missed: Temporal processed it later.",
        ),
        (
            [entry(0, LedgerState.UNKNOWN, Reason.NO_RUN, "There is no run.")],
            "What happened at 2026-03-02T09:00:00Z is uncertain: there is no run.",
        ),
        (
            [RAN, entry(2, LedgerState.SKIPPED, Reason.EXCLUDED), entry(2, LedgerState.PENDING)],
            "It did run: the occurrence of 2026-03-02T10:00:00Z ran on time; it is due next at "
            "2026-03-02T10:00:00Z.",
        ),
    ],
)
def test_the_last_time_that_it_did_not_run(entries: list[LedgerEntry], answer: str) -> None:
    assert str(why_lately(TASK, entries)) == answer


def test_a_paused_task_says_since_when_by_whom_and_why() -> None:
    paused = Standing(
        "x", TaskStatus.PAUSED, T - HOUR, T, paused_by="ops", note="Holidays.", after=T + HOUR
    )
    answer = why_lately(paused, [RAN]).answer
    assert answer == "It is paused, since 2026-03-02T09:00:00Z by ops: Holidays."


def test_an_ended_task_says_so() -> None:
    ended = Standing("x", TaskStatus.COMPLETED, T - HOUR, T, ended_at=T)
    assert why_lately(ended, []).answer == "It ended at 2026-03-02T09:00:00Z: it is completed."
    later = why_at(ended, T + HOUR, [], timedelta(0)).answer
    assert later == "It had ended at 2026-03-02T09:00:00Z: it is completed."


def test_asked_about_an_instant_it_answers_for_that_second_or_its_jitter() -> None:
    half = timedelta(milliseconds=500)
    assert why_at(TASK, T + half, [SKIPPED], timedelta(0)).reason is Reason.OVERLAP
    assert why_at(TASK, T + HOUR / 2, [SKIPPED], HOUR).reason is Reason.OVERLAP
    beside = why_at(TASK, T + HOUR / 2, [SKIPPED], timedelta(0))
    assert beside.state is None
    assert beside.answer == (
        "It is not due at 2026-03-02T09:30:00Z; it is due before it at 2026-03-02T09:00:00Z and "
        "after it at 2026-03-02T10:00:00Z."
    )
    early = why_at(TASK, T - 2 * HOUR, [], timedelta(0)).answer
    assert early == "It was registered only at 2026-03-02T08:00:00Z."
