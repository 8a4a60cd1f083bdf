"""iCalendar feeds: read by a worker; if one cannot be read, the last days stay."""

from __future__ import annotations

from datetime import date

import pytest
from aiohttp import web
from temporalio.worker import Worker

from onthedot import naming
from onthedot.scheduling.calendars.content import DatesCalendar, IcsCalendar
from onthedot.service.calendars.calendars import Calendars
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver
from tests.definitions import unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


def _feed(day: str) -> web.Response:
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//tests//EN",
        "BEGIN:VEVENT",
        "UID:1",
        f"DTSTART;VALUE=DATE:{day}",
        "SUMMARY:Closed",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return web.Response(text="\r\n".join(lines), content_type="text/calendar")


async def test_a_feed_that_fails_keeps_its_days_and_says_so(
    temporal: Temporal, worker: Worker, receiver: Receiver
) -> None:
    calendars, name = Calendars(temporal), unique("feed")
    receiver.plan += [
        _feed("20261224"),
        web.Response(status=500),
        web.Response(text="no calendar"),
        _feed("20261231"),
    ]
    made, _ = await calendars.put(name, IcsCalendar(url=receiver.url("/planned")), by="t")
    assert made.state.revision == 1

    async def look() -> None:
        workflow = temporal.client.get_workflow_handle(naming.calendar(name))
        await workflow.signal(naming.CHECK_SCHEDULE)

    async def days() -> list[date]:
        _, found = await calendars.days(name, date(2026, 12, 1), date(2027, 1, 31))
        return [day for day, _ in found]

    async def says(problem: str, days_then: list[date]) -> bool:
        return problem in (await calendars.get(name)).row.problem and await days() == days_then

    christmas = [date(2026, 12, 24)]

    async def read() -> bool:
        return await days() == christmas and (await calendars.get(name)).row.checked_at is not None

    await eventually(read)
    assert (await calendars.get(name)).state.revision == 2
    assert not (await calendars.get(name)).row.problem
    await look()
    await eventually(lambda: says("returned 500", christmas))
    await look()
    await eventually(lambda: says("is not an iCalendar", christmas))
    await look()
    await eventually(lambda: says("", [date(2026, 12, 31)]))
    assert (await calendars.get(name)).state.revision == 3
    await calendars.delete(name, by="t")


async def test_another_feed_that_cannot_be_read_leaves_the_days(
    temporal: Temporal, worker: Worker, receiver: Receiver
) -> None:
    calendars, name = Calendars(temporal), unique("feed")
    await calendars.put(name, DatesCalendar(dates=("2026-12-24",)), by="t")
    receiver.plan += [web.Response(status=500)]
    await calendars.put(name, IcsCalendar(url=receiver.url("/planned")), by="t")

    async def failed() -> bool:
        return "returned 500" in (await calendars.get(name)).row.problem

    await eventually(failed)
    _, found = await calendars.days(name, date(2026, 12, 1), date(2026, 12, 31))
    assert [day for day, _ in found] == [date(2026, 12, 24)]
    await calendars.delete(name, by="t")


async def test_a_feed_goes_by_the_rules_for_http(temporal: Temporal, worker: Worker) -> None:
    calendars, name = Calendars(temporal), unique("feed")
    await calendars.put(name, IcsCalendar(url="http://169.254.169.254/latest"), by="t")

    async def refused() -> bool:
        return "ONTHEDOT_ALLOW_HOSTS" in (await calendars.get(name)).row.problem

    await eventually(refused)
    await calendars.delete(name, by="t")
