"""A cached task has the instants of its trigger, and costs nothing until one is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest

from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.ledger import recurring_task
from onthedot.scheduling.ledger.recurring_task import RecurringTask, due, stored_trigger
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, Recurring

T = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
SPAN = timedelta(minutes=4)


def _task(trigger: Recurring) -> RecurringTask:
    return RecurringTask(
        task_id="a",
        revision=1,
        created_at=T,
        trigger=stored_trigger(trigger),
        jitter=timedelta(0),
    )


@pytest.mark.parametrize(
    "trigger",
    [
        CronTrigger(expression="30 2 * * *", timezone="Europe/Rome", exclude=("2026-03-30",)),
        CronTrigger(expression="*/7 * * * *"),
        IntervalTrigger(every=timedelta(seconds=90)),
        CronTrigger(expression="0 0 30 2 *"),
    ],
)
def test_span_by_span_it_is_due_when_its_trigger_says(trigger: Recurring) -> None:
    task, end = _task(trigger), T + timedelta(days=2)
    found: list[datetime] = []
    since = T - 3 * SPAN
    while since < end:
        found += task.due(since, since + SPAN)
        since += SPAN
    expected = list(occurrences(trigger, after=T, until=since, key="a"))
    assert found == expected
    # Asked for an earlier span once more it says the same.
    assert task.due(T, end) == [at for at in expected if at <= end]


def test_where_it_is_not_due_nothing_is_worked_out() -> None:
    task = _task(CronTrigger(expression="30 2 * * *"))
    task.due(T, T + SPAN)
    # Only that it is not called can be asked of it.
    with patch.object(recurring_task, "occurrences", side_effect=AssertionError):
        assert due([task], T + SPAN, T + timedelta(hours=3)) == {}
    task.paused = True
    assert task.due(T, T + timedelta(days=2)) == []


def test_one_that_ended_is_due_until_then() -> None:
    task = _task(IntervalTrigger(every=timedelta(minutes=1)))
    task.ended_at = T + timedelta(minutes=2, seconds=30)
    assert len(task.due(T, T + timedelta(hours=1))) == 2
