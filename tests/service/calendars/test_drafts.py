"""The effect of a change to a calendar, before it is saved and after."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onthedot.scheduling.calendars.content import (
    AnyOfCalendar,
    DatesCalendar,
    IcsCalendar,
    WeeklyCalendar,
)
from onthedot.service.calendars.calendars import Calendars
from onthedot.service.calendars.drafts import CalendarDrafts, DraftEffect
from onthedot.service.calendars.users import users_of
from onthedot.service.overview.fleet import FleetReader
from onthedot.service.tasks.next_runs import NextRuns
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import new_task, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


def _daily(calendar: str) -> dict[str, object]:
    return {
        "kind": "cron",
        "expression": "0 12 * * *",
        "exclude": [{"calendar": calendar}],
    }


async def test_the_runs_that_a_change_takes_and_gives_are_told(
    temporal: Temporal, tasks: Tasks, calendars: Calendars
) -> None:
    name, whole = unique("cal"), unique("whole")
    today = temporal.now().date()
    was, becomes = today + timedelta(days=5), today + timedelta(days=8)
    await calendars.put(name, DatesCalendar(dates=(str(was),)), by="test")
    await calendars.put(whole, AnyOfCalendar(calendars=(name,)), by="test")
    direct, through = unique("direct"), unique("through")
    await tasks.create(new_task(direct, _daily(name)), by="test")
    await tasks.create(new_task(through, _daily(whole)), by="test")

    async def used() -> bool | None:
        users = await users_of(temporal, name, 1)
        others = await users_of(temporal, whole, 1)
        return ({u.id for u in users} == {direct, whole} and len(others) == 1) or None

    await eventually(used)
    drafts = CalendarDrafts(temporal, FleetReader(temporal))
    changed = DatesCalendar(dates=(str(becomes),))
    known = await drafts.known(name, changed)
    assert known is not None

    async def told() -> DraftEffect | None:
        found = await drafts.effect(known, 1)
        return found if found.users == 2 else None

    effect = await eventually(told)
    assert {one.task.id for one in effect.changed} == {direct, through}
    for one in effect.changed:
        assert [at.date() for at in one.preview.lost] == [becomes]
        assert [at.date() for at in one.preview.gained] == [was]

    await calendars.put(name, changed, by="test")
    found, now = await tasks.get(direct), temporal.now()
    coming = await NextRuns(temporal).of(direct, found, after=now, count=12)
    days = [at.date() for at in coming]
    assert was in days
    assert becomes not in days

    weekly = await drafts.known(name, WeeklyCalendar.model_validate({"days": ["mon"]}))
    assert weekly is not None
    assert len((await drafts.effect(weekly, 2)).changed) == 2
    assert await drafts.known(name, IcsCalendar(url="https://example.com/a.ics")) is None
    for task_id in (direct, through):
        await tasks.delete(task_id, by="test")
