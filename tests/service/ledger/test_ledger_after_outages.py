"""The ledger after an outage: each instant has a reason, and none is a gap."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from onthedot.scheduling.ledger.audit_report import AuditOrder
from onthedot.scheduling.ledger.entries import LedgerEntry, LedgerState, Reason
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.service.ledger.audit import Audit
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.overview import health
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import every, new_task, once
from tests.outcomes import succeeded
from tests.waiting import eventually, until
from tests.workflows.private_temporal import PrivateTemporal
from tests.workflows.private_temporal import private as private

pytestmark = [pytest.mark.anyio, pytest.mark.faults]

_OUTAGE = timedelta(seconds=25)
_SHORT = timedelta(seconds=10)
_POLICIES = ("allow_all", "skip")


@pytest.fixture(scope="module")
async def after(private: PrivateTemporal) -> tuple[Temporal, datetime, datetime]:
    """Tasks every second, through an outage longer than the short catch-up window."""
    temporal = await private.start()
    private.start_worker()

    async def polls() -> bool:
        return bool((await health.check(temporal)).workers)

    await eventually(polls)
    tasks = Tasks(temporal)
    for policy in _POLICIES:
        for name, window in (("short", _SHORT), ("long", timedelta(hours=1))):
            overlap = OverlapPolicy(policy)
            task = new_task(f"{policy}-{name}", every(1), overlap=overlap, catchup_window=window)
            await tasks.create(task, by="t")
    for policy in _POLICIES:
        await succeeded(temporal, f"{policy}-long", 3, 90)
        await succeeded(temporal, f"{policy}-short", 3, 90)
    await tasks.create(new_task("once-short", once(5), catchup_window=_SHORT), by="t")
    await tasks.create(new_task("once-long", once(5)), by="t")
    down = temporal.now()
    private.kill()
    await until(down + _OUTAGE)
    temporal = await private.start()
    up = temporal.now()
    for policy in _POLICIES:
        await succeeded(temporal, f"{policy}-short", 8, 90)
    await until(up + timedelta(seconds=16))
    return temporal, down, up


async def _entries(temporal: Temporal, task_id: str) -> list[LedgerEntry]:
    async def read() -> list[LedgerEntry]:
        try:
            return list((await Ledger(temporal).of(task_id)).items)
        except TemporalUnavailable:
            # While it makes up for an outage, Temporal may take its time with an answer.
            return []

    return await eventually(read)


async def test_what_came_up_too_late_is_missed(after: tuple[Temporal, datetime, datetime]) -> None:
    temporal, down, up = after
    entries = await _entries(temporal, "allow_all-short")
    missed = [entry for entry in entries if entry.state is LedgerState.MISSED]
    assert {entry.reason for entry in missed} == {Reason.CATCHUP}
    assert len(missed) >= (_OUTAGE - _SHORT) / timedelta(seconds=1) - 4
    assert all(down - timedelta(seconds=1) < entry.at < up for entry in missed)
    assert "later than the catch-up window of 10 seconds allows" in missed[0].detail
    assert not [entry for entry in entries if entry.state is LedgerState.UNKNOWN]


async def test_what_was_made_up_for_is_late(after: tuple[Temporal, datetime, datetime]) -> None:
    temporal, down, up = after
    entries = await _entries(temporal, "allow_all-long")
    states = {entry.state for entry in entries if down < entry.at < up - timedelta(seconds=11)}
    assert states == {LedgerState.LATE}
    assert not [entry for entry in entries if entry.run is None and entry.at < up]


@pytest.mark.parametrize("window", ["short", "long"])
async def test_what_overlapped_when_it_was_made_up_for_is_skipped(
    after: tuple[Temporal, datetime, datetime], window: str
) -> None:
    temporal, down, up = after
    entries = await _entries(temporal, f"skip-{window}")
    during = [entry for entry in entries if down < entry.at < up]
    assert {entry.reason for entry in during if entry.run is None} <= {
        Reason.OVERLAP,
        Reason.CATCHUP,
    }
    assert not [entry for entry in entries if entry.state is LedgerState.UNKNOWN]


async def test_one_time_tasks_are_late_or_missed(
    after: tuple[Temporal, datetime, datetime],
) -> None:
    temporal, _, _ = after
    (missed,) = await _entries(temporal, "once-short")
    (late,) = await _entries(temporal, "once-long")
    assert (missed.state, missed.reason) == (LedgerState.MISSED, Reason.CATCHUP)
    assert (late.state, late.reason) == (LedgerState.LATE, None)
    why = await Ledger(temporal).why("once-short")
    assert "was missed: Temporal processed it later than the catch-up window" in why.answer


async def test_the_audit_finds_no_gap_in_it(
    after: tuple[Temporal, datetime, datetime],
) -> None:
    temporal, down, up = after
    order = AuditOrder(since=down - timedelta(seconds=5), until=up + timedelta(seconds=3))
    audited = await Audit(temporal).audit(order)
    assert audited.report.instants >= 4 * _OUTAGE / timedelta(seconds=1)
    assert audited.findings == ()
    assert audited.report.unexamined == 0
