"""A schedule is exact for years ahead, and recompiled long before that ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.worker import Worker

from onthedot.activities.schedule.calls import ScheduleCalls
from onthedot.activities.schedule.form import is_as_ordered, order_of
from onthedot.scheduling.calendars.days import NO_CALENDARS
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.stored.schedule_order import ScheduleOrder
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import new_task, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

_YEAR = timedelta(days=365)
#: Every task looks at its schedule at least this often.
_UPKEEP = timedelta(days=90)


async def test_a_look_renews_what_is_exact_for_less_than_four_years(
    temporal: Temporal, worker: Worker, tasks: Tasks
) -> None:
    task_id, calls = unique("years"), ScheduleCalls(temporal.client)
    trigger = {"kind": "cron", "expression": "30 2 * * *", "timezone": "Europe/Rome"}
    await tasks.create(new_task(task_id, trigger), by="test")
    found = await eventually(lambda: calls.find(task_id))
    run = await order_of(found, temporal.client)
    assert run is not None
    assert run.trigger is not None
    assert run.exact_until is not None
    now = temporal.now()
    assert run.exact_until - now > 5 * _YEAR
    order = ScheduleOrder(
        run=run,
        trigger=run.trigger,
        overlap=OverlapPolicy.SKIP,
        catchup_window=timedelta(hours=1),
        paused=False,
        note="",
        covered_until=now,
        owner="",
    )

    async def kept(years_left: float) -> bool:
        assert run is not None
        assert run.exact_until is not None
        at = run.exact_until - years_left * _YEAR
        return await is_as_ordered(found, order, temporal.client, at=at, calendars=NO_CALENDARS)

    assert await kept(5)
    assert not await kept(4)
    # The last look that leaves it as it is comes before this, and the next one renews it.
    assert await kept((4 * _YEAR + _UPKEEP) / _YEAR)
    await tasks.delete(task_id, by="test")
