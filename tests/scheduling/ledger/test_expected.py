"""Which instants the ledger expects."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onthedot.scheduling.errors import InvalidDefinition
from onthedot.scheduling.ledger.expected import Period, expected, instants_around, limited
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, OnceTrigger
from tests.scheduling.ledger.accounts import LONG_AGO, MINUTE, SECOND, T, entry, period


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
