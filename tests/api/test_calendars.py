"""Calendars over REST."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from tests.api.problem import fields
from tests.definitions import LOG, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

_FEED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tests//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20261224
DTEND;VALUE=DATE:20261227
RRULE:FREQ=YEARLY
SUMMARY:Closed
END:VEVENT
END:VCALENDAR
"""


async def test_the_life_of_a_calendar(api: httpx.AsyncClient) -> None:
    name = unique("cal")
    body = {"kind": "holidays", "country": "DE", "subdivision": "BY"}
    made = await api.put(f"/calendars/{name}", json=body)
    assert made.status_code == 201
    assert made.headers["location"] == f"/calendars/{name}"
    assert made.headers["etag"] == '"1"'
    assert made.json().items() >= {**body, "name": name, "categories": ["public"]}.items()

    read = await api.get(f"/calendars/{name}")
    assert read.json() == made.json()
    sent_back = await api.put(f"/calendars/{name}", json=read.json())
    assert (sent_back.status_code, sent_back.headers["etag"]) == (200, '"1"')
    listed = (await api.get("/calendars")).json()["items"]
    assert [one["users"] for one in listed if one["name"] == name] == [None]

    late = await api.put(f"/calendars/{name}", json=body, headers={"If-Match": '"7"'})
    assert (late.status_code, late.json()["current_revision"]) == (412, 1)
    ics = await api.put(
        f"/calendars/{name}", json={"kind": "ics", "text": _FEED}, headers={"If-Match": '"1"'}
    )
    assert (ics.status_code, ics.headers["etag"]) == (200, '"2"')
    assert ics.json()["known_until"] == f"{datetime.now(UTC).year + 9}-12-31"
    days = await api.get(
        f"/calendars/{name}/days", params={"from": "2026-12-01", "until": "2027-12-24"}
    )
    assert [(day["date"], day["name"]) for day in days.json()["items"]] == [
        ("2026-12-24", "Closed"),
        ("2026-12-25", "Closed"),
        ("2026-12-26", "Closed"),
        ("2027-12-24", "Closed"),
    ]
    assert (await api.delete(f"/calendars/{name}")).status_code == 204
    assert (await api.get(f"/calendars/{name}")).json()["type"] == "/errors/calendar-not-found"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "holidays", "country": "XX"}, "country"),
        ({"kind": "weekly", "days": ["caturday"]}, "days.0"),
        ({"kind": "dates", "dates": []}, "dates"),
        ({"kind": "dates", "dates": ["2026-13-01"]}, "dates.0"),
        ({"kind": "lunar"}, "kind"),
        ({"kind": "weekly", "days": ["sat"], "more": 1}, "more"),
    ],
)
async def test_what_is_wrong_is_named(
    api: httpx.AsyncClient, body: dict[str, object], field: str
) -> None:
    answer = await api.put("/calendars/wrong", json=body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


async def test_a_task_names_calendars(api: httpx.AsyncClient) -> None:
    name, task_id = unique("cal"), unique("keeps")
    trigger = {
        "kind": "cron",
        "expression": "0 9 * * *",
        "exclude": [{"calendar": name}, "2026-12-24"],
        "on_excluded": "next_day",
    }
    task = {"id": task_id, "trigger": trigger, "action": LOG}
    refused = await api.post("/tasks", json=task)
    assert "trigger.exclude.0.calendar" in fields(refused, "invalid-definition")
    await api.put(f"/calendars/{name}", json={"kind": "weekly", "days": ["sat", "sun"]})
    made = await api.post("/tasks", json=task)
    assert made.status_code == 201
    assert made.json()["trigger"]["exclude"] == [{"calendar": name}, "2026-12-24"]
    assert all(datetime.fromisoformat(at).isoweekday() < 6 for at in made.json()["next_runs"])

    async def in_use() -> bool:
        return bool((await api.get(f"/calendars/{name}")).json()["users"])

    await eventually(in_use)
    kept = await api.delete(f"/calendars/{name}")
    assert (kept.status_code, kept.json()["type"]) == (409, "/errors/calendar-in-use")
    assert task_id in kept.json()["detail"]
    interval = {"kind": "interval", "every": 60, "on_excluded": "next_day"}
    preview = await api.post("/triggers/preview", json={"trigger": interval})
    assert "trigger.on_excluded" in fields(preview, "invalid-definition")
    assert (await api.delete(f"/tasks/{task_id}")).status_code == 204
