"""What one audit passes on to the next, and how large that may become."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onthedot.scheduling.ledger.audit_report import (
    AUDIT_AFTER,
    AUDIT_EVERY,
    MOST_MISSED,
    MOST_PUT_OFF,
    AuditPlan,
    AuditReport,
    Missed,
    Suspect,
    span,
)
from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.service.temporal.calls import Temporal

pytestmark = pytest.mark.anyio

T = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=30))
def test_audits_follow_each_other_without_a_hole(gaps: list[int]) -> None:
    plan, last, at = AuditPlan(), None, T
    for seconds in gaps:
        at += timedelta(seconds=seconds)
        order = span(at, plan, last)
        if last is not None:
            missed_day = at - plan.after - timedelta(days=1)
            assert order.since == max(last.until, missed_day) or order.since == order.until
        assert order.since <= order.until <= at - plan.after or order.until == order.since
        assert order.until - order.since <= timedelta(days=1)
        last = AuditReport(since=order.since, until=order.until)


def test_what_was_missed_is_known_within_five_minutes() -> None:
    # The audit itself takes a part of the half minute that is left.
    assert timedelta(minutes=4, seconds=30) >= AUDIT_EVERY + AUDIT_AFTER


def test_what_was_put_off_is_handed_on() -> None:
    suspect = Suspect(task_id="x", since=T, until=T)
    last = AuditReport(since=T, until=T + timedelta(minutes=5), suspects=(suspect,), after="m")
    order = span(T + timedelta(minutes=12), AuditPlan(), last)
    assert (order.suspects, order.after) == ((suspect,), "m")
    # What is left out of a day later is not gone on with.
    assert span(T + timedelta(days=3), AuditPlan(), last).after == ""


async def test_a_report_of_the_worst_outage_is_one_that_temporal_takes(temporal: Temporal) -> None:
    at = T + timedelta(microseconds=123457)
    suspects = tuple(
        Suspect(task_id=f"{number:0128}", since=at, until=at) for number in range(MOST_PUT_OFF)
    )
    missed = tuple(
        Missed(
            task_id=f"{number:0128}",
            at=at,
            state=LedgerState.UNKNOWN,
            reason=Reason.SCHEDULE_MISSING,
        )
        for number in range(MOST_MISSED)
    )
    report = AuditReport(since=T, until=T, suspects=suspects, missed=missed, after="x" * 128)
    (payload,) = await temporal.client.data_converter.encode([report])
    assert payload.ByteSize() < 2 * 1024 * 1024
    (back,) = await temporal.client.data_converter.decode([payload], [AuditReport])
    assert back == report


def test_reports_of_earlier_releases_are_read() -> None:
    few = {"task_id": "x", "instants": [T.isoformat(), (T + timedelta(hours=1)).isoformat()]}
    many = {"task_id": "x", "first": T.isoformat(), "steps": [60, 3540]}
    whole = {"task_id": "x", "instants": [], "since": T.isoformat(), "until": T.isoformat()}
    before = T - timedelta(microseconds=1)
    for stored in (few, many):
        read = Suspect.model_validate(stored)
        assert (read.since, read.until) == (before, T + timedelta(hours=1))
    assert Suspect.model_validate(whole) == Suspect(task_id="x", since=T, until=T)
