"""Calendars on a real server: stored, changed, and adopted by the tasks that use them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from onthedot.scheduling.calendars.content import (
    AnyOfCalendar,
    DatesCalendar,
    HolidaysCalendar,
    IcsCalendar,
    WeeklyCalendar,
)
from onthedot.scheduling.errors import (
    CalendarChanged,
    CalendarInUse,
    CalendarNotFound,
    InvalidDefinition,
)
from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.service.calendars.calendars import Calendars
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.tasks.previews import preview
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import every, new_task, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


def _around(day: date) -> DatesCalendar:
    """A day and its neighbours: a test may run at midnight."""
    first, last = day - timedelta(days=1), day + timedelta(days=1)
    return DatesCalendar(dates=(f"{first}/{last}",))


_LONG_AGO = DatesCalendar(dates=("2001-01-01",))


async def test_a_calendar_is_kept_changed_and_deleted(calendars: Calendars) -> None:
    name = unique("cal")
    made, fresh = await calendars.put(name, HolidaysCalendar(country="IT"), by="ada")
    assert fresh
    assert (made.state.revision, made.state.updated_by, made.users) == (1, "ada", 0)
    _, days = await calendars.days(name, date(2026, 12, 24), date(2027, 1, 6))
    assert [str(day) for day, _ in days] == ["2026-12-25", "2026-12-26", "2027-01-01", "2027-01-06"]
    assert dict(days)[date(2026, 12, 25)] == ("Christmas Day",)
    assert name in [one.state.name for one in await calendars.all()]

    same, fresh = await calendars.put(name, HolidaysCalendar(country="IT"), by="eve")
    assert (fresh, same.state.revision) == (False, 1)
    other, fresh = await calendars.put(
        name, WeeklyCalendar.model_validate({"days": ["sat"]}), by="eve", if_match=1
    )
    assert (fresh, other.state.revision, other.row.kind) == (False, 2, "weekly")
    with pytest.raises(CalendarChanged):
        await calendars.put(name, _LONG_AGO, by="eve", if_match=1)

    await calendars.delete(name, by="ada")
    with pytest.raises(CalendarNotFound):
        await calendars.get(name)
    again, fresh = await calendars.put(name, _LONG_AGO, by="ada")
    assert fresh
    assert again.state.revision == 4, "earlier ones are still told apart"
    await calendars.delete(name, by="ada")


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (HolidaysCalendar(country="QQ"), "country"),
        (HolidaysCalendar(country="DE", subdivision="Q"), "subdivision"),
        (HolidaysCalendar(country="DE", categories=("public", "odd")), "categories.1"),
        (DatesCalendar(dates=("2026-12-24", "2026-02-30")), "dates.1"),
        (DatesCalendar(dates=("2026-12-26/2026-12-24",)), "dates.0"),
        (AnyOfCalendar(calendars=("no-such",)), "calendars.0"),
        (IcsCalendar(text="no calendar"), "text"),
        (IcsCalendar(), "text"),
    ],
)
async def test_what_means_nothing_is_refused(
    calendars: Calendars, content: HolidaysCalendar, field: str
) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        await calendars.put(unique("cal"), content, by="t")
    assert [problem.field for problem in refused.value.problems] == [field]


async def test_one_in_use_is_not_deleted(calendars: Calendars, tasks: Tasks) -> None:
    name, whole, task_id = unique("cal"), unique("any"), unique("keeps")
    await calendars.put(name, _LONG_AGO, by="t")
    await calendars.put(whole, AnyOfCalendar(calendars=(name,)), by="t")
    trigger = every(3600, exclude=[{"calendar": whole}])
    await tasks.create(new_task(task_id, trigger), by="t")

    async def in_use() -> bool:
        return (await calendars.get(whole)).users == 1 and (await calendars.get(name)).users == 1

    await eventually(in_use)
    with pytest.raises(CalendarInUse, match=task_id):
        await calendars.delete(whole, by="t")
    with pytest.raises(CalendarInUse, match=whole):
        await calendars.delete(name, by="t")
    await tasks.delete(task_id, by="t")

    async def unused() -> bool:
        return (await calendars.get(whole)).users == 0

    await eventually(unused)
    await calendars.delete(whole, by="t")


async def test_an_unknown_calendar_is_refused(temporal: Temporal, tasks: Tasks) -> None:
    trigger = every(60, exclude=[{"calendar": "no-such-calendar"}], only={"calendar": "nor-this"})
    with pytest.raises(InvalidDefinition) as refused:
        await tasks.create(new_task(unique("keeps"), trigger), by="t")
    assert [problem.field for problem in refused.value.problems] == [
        "trigger.exclude.0.calendar",
        "trigger.only.calendar",
    ]


async def test_a_preview_says_which_runs_moved_and_why(
    temporal: Temporal, calendars: Calendars
) -> None:
    name = unique("it")
    await calendars.put(name, HolidaysCalendar(country="IT"), by="t")
    task = new_task(
        "moves",
        {
            "kind": "cron",
            "expression": "0 9 25 12 *",
            "timezone": "Europe/Rome",
            "exclude": [{"calendar": name}],
            "on_excluded": "next_day",
        },
    )
    found = await preview(temporal, task.trigger, count=2, after=None, task_id=None)
    assert [f"{at:%m-%d %H}" for at in found.next_runs] == ["12-27 08", "12-27 08"]
    assert [one.text for one in found.moved] == [
        "moved from Fri 25 Dec: Christmas Day",
        "moved from Sat 25 Dec: Christmas Day",
    ]
    assert name in found.description


async def test_a_change_reaches_tasks_and_loses_or_doubles_nothing(
    temporal: Temporal, calendars: Calendars, tasks: Tasks
) -> None:
    name, whole, task_id = unique("cal"), unique("any"), unique("keeps")
    await calendars.put(name, _LONG_AGO, by="t")
    await calendars.put(whole, AnyOfCalendar(calendars=(name,)), by="t")
    trigger = every(1, exclude=[{"calendar": whole}])
    await tasks.create(new_task(task_id, trigger), by="t")

    async def entries(state: LedgerState, reason: Reason | None = None) -> int:
        now = temporal.now()
        page = await Ledger(temporal).of(task_id, now - timedelta(hours=1), now)
        return sum(one.state is state and reason in (None, one.reason) for one in page.items)

    async def has(state: LedgerState, count: int, reason: Reason | None = None) -> bool:
        return await entries(state, reason) >= count

    await eventually(lambda: has(LedgerState.RAN, 3))
    await calendars.put(name, _around(temporal.now().date()), by="t")

    async def all_know() -> bool:
        found = await calendars.get(whole)
        return found.state.revision == 2 and (found.users, found.waiting) == (1, 0)

    await eventually(all_know)
    await eventually(lambda: has(LedgerState.SKIPPED, 3, Reason.EXCLUDED))
    ran = await entries(LedgerState.RAN)
    await calendars.put(name, _LONG_AGO, by="t")
    await eventually(lambda: has(LedgerState.RAN, ran + 3))

    now = temporal.now()
    page = await Ledger(temporal).of(task_id, now - timedelta(hours=1), now - timedelta(seconds=2))
    states = Counter(one.state for one in page.items)
    assert set(states) <= {LedgerState.RAN, LedgerState.LATE, LedgerState.SKIPPED}, page.items
    instants = [one.at for one in page.items]
    assert instants == [instants[0] + timedelta(seconds=n) for n in range(len(instants))]
    await tasks.delete(task_id, by="t")
