"""The calendar feed, as a calendar program reads it, and a token that can read nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import icalendar
import pytest
import recurring_ical_events

from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.problem import problem
from tests.api.serving import a_token_for_each_role, as_role, serving
from tests.definitions import LOG, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def guarded(temporal: Temporal, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(a_token_for_each_role(settings), temporal) as client:
        yield client


def _events(feed: bytes, since: datetime, days: int) -> dict[str, list[datetime]]:
    """When a calendar program shows events, by what it calls them."""
    calendar = icalendar.Calendar.from_ical(feed)
    found: dict[str, list[datetime]] = {}
    for event in recurring_ical_events.of(calendar).between(since, since + timedelta(days=days)):
        found.setdefault(str(event["SUMMARY"]), []).append(event["DTSTART"].dt)
    return {name: sorted(at) for name, at in found.items()}


async def test_a_calendar_program_sees_what_a_preview_says(api: httpx.AsyncClient) -> None:
    tag = unique("feed")
    rome: dict[str, Any] = {"timezone": "Europe/Rome", "exclude": ["* * * * 0"]}
    triggers = {
        "daily": {"kind": "cron", "expression": "30 2 * * *", **rome},
        "jitter": {"kind": "cron", "expression": "0 */6 * * *", "jitter": 600},
        "once": {"kind": "once", "delay": 3600},
        "often": {"kind": "interval", "every": 60},
    }
    for name, trigger in triggers.items():
        body = {"id": f"{tag}-{name}", "name": f"{name}, ü", "tags": [tag], "action": LOG}
        made = await api.post("/tasks", json={**body, "trigger": trigger})
        assert made.status_code == 201
    now = datetime.now(UTC)
    begin = (now + timedelta(minutes=5)).isoformat()

    async def all_there() -> dict[str, list[datetime]] | None:
        response = await api.get("/tasks.ics", params={"tag": tag})
        assert response.headers["content-type"] == "text/calendar; charset=utf-8"
        found = _events(response.raise_for_status().content, now, 20)
        return found if len(found) == len(triggers) else None

    found = await eventually(all_there)
    for name, trigger in triggers.items():
        asked = {"trigger": trigger, "count": 15, "id": f"{tag}-{name}"}
        asked["after"] = begin
        if name == "once":
            expected = [(await api.get(f"/tasks/{tag}-once")).json()["next_runs"][0]]
        else:
            expected = (await api.post("/triggers/preview", json=asked)).json()["next_runs"]
        instants = [datetime.fromisoformat(at).replace(microsecond=0) for at in expected]
        later = [at for at in found[f"{name}, ü"] if at > now + timedelta(minutes=5)]
        assert later[: len(instants)] == instants, name
    assert len(found["often, ü"]) <= 100
    one = await api.get("/tasks.ics", params={"task": f"{tag}-once"})
    assert list(_events(one.content, now, 20)) == ["once, ü"]
    problem(await api.get("/tasks.ics", params={"task": "never-was"}), 404, "task-not-found")


async def test_its_token_stands_in_the_address_and_opens_nothing_else(
    guarded: httpx.AsyncClient,
) -> None:
    feed, viewer = "otd_feed", "otd_viewer"
    assert (await guarded.get("/tasks.ics", params={"token": feed})).status_code == 200
    assert (await guarded.get("/tasks.ics", headers=as_role("viewer"))).status_code == 200
    refused = problem(await guarded.get("/tasks.ics", params={"token": viewer}), 401, "wrong-token")
    assert viewer not in refused["detail"]
    problem(await guarded.get("/tasks.ics", params={"token": "made-up"}), 401, "wrong-token")
    problem(await guarded.get("/tasks.ics"), 401, "missing-token")
    problem(await guarded.get("/tasks", params={"token": feed}), 401, "missing-token")
    for path in ("/tasks", "/me", "/openapi.json", "/docs", "/metrics", "/nowhere"):
        problem(await guarded.get(path, headers=as_role("feed")), 403, "forbidden")
    signing_in = await guarded.post("/ui/login", data={"token": feed})
    assert signing_in.status_code in (401, 403, 404, 422)
