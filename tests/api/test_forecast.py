"""The forecast over REST: what it counted is what then ran."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from onthedot.naming import schedule
from tests.api.problem import fields
from tests.definitions import LOG, unique
from tests.run_log import lists_caught_up
from tests.waiting import at_load, eventually, until

pytestmark = pytest.mark.anyio

_SECOND = timedelta(seconds=1)
_SPAN = 20


async def test_what_it_counts_is_what_then_runs(api: httpx.AsyncClient, client: Client) -> None:
    tag, now = unique("forecast"), datetime.now(UTC).replace(microsecond=0)
    # By then all are registered, and in the lists.
    begin = now + round(min(at_load(8), 40)) * _SECOND
    end = begin + _SPAN * _SECOND
    triggers = {
        "seconds": {"kind": "cron", "expression": "*/4 * * * * *"},
        "same": {"kind": "cron", "expression": "*/4 * * * * *"},
        "interval": {"kind": "interval", "every": 7, "offset": 3},
        "jitter": {"kind": "interval", "every": 8, "jitter": 4},
        "few": {"kind": "interval", "every": 3, "max_runs": 5},
        "once": {"kind": "once", "at": (begin + 9 * _SECOND).isoformat()},
        "paused": {"kind": "interval", "every": 2},
    }
    ids = [f"{tag}-{name}" for name in triggers]
    for name, trigger in triggers.items():
        body = {
            "id": f"{tag}-{name}",
            "tags": [tag],
            "action": LOG,
            "trigger": trigger,
            "paused": name == "paused",
            "overlap": "allow_all",
        }
        assert (await api.post("/tasks", json=body)).status_code == 201
    await lists_caught_up(client)
    asked: dict[str, str | int] = {
        "from": _written(begin),
        "until": _written(end),
        "step": 1,
        "tag": tag,
    }
    found = (await api.get("/forecast", params=asked)).raise_for_status().json()
    assert (found["from"], found["until"], found["tasks"]) == (asked["from"], asked["until"], 6)
    await until(end)

    async def ran() -> list[datetime] | None:
        """When the runs of the span were due, once they are all in Temporal's lists."""
        await lists_caught_up(client)
        due = [
            at for task_id in ids for at in await _due(api, client, task_id) if begin <= at < end
        ]
        return due if len(due) >= found["total"] else None

    seconds = Counter((at - begin) // _SECOND for at in await eventually(ran))
    assert {n: starts for n, starts in enumerate(found["starts"]) if starts} == dict(seconds)
    # How many there are depends on the second at which it begins, and on jitter.
    assert found["total"] == seconds.total() > 10
    for task_id in ids:
        await api.delete(f"/tasks/{task_id}")


async def _due(api: httpx.AsyncClient, client: Client, task_id: str) -> list[datetime]:
    if task_id.endswith("jitter"):
        # A run with jitter is due at the end of its window; Temporal says when it was to start.
        actions = (await client.get_schedule_handle(schedule(task_id)).describe()).info
        return [action.scheduled_at for action in actions.recent_actions]
    log = (await api.get(f"/tasks/{task_id}/runs", params={"limit": 100})).raise_for_status().json()
    return [datetime.fromisoformat(run["scheduled_for"]) for run in log["items"]]


def _written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"step": "PT0.5S"}, "step"),
        ({"step": 0}, "step"),
        ({"from": "2026-01-02T00:00:00Z", "until": "2026-01-02T00:00:00Z"}, "until"),
        ({"from": "2026-01-02T00:00:00Z", "until": "2026-12-02T00:00:00Z"}, "until"),
        ({"step": 1, "from": "2026-01-02T00:00:00Z", "until": "2026-03-02T00:00:00Z"}, "step"),
    ],
)
async def test_what_is_out_of_bounds_is_refused(
    api: httpx.AsyncClient, query: dict[str, Any], field: str
) -> None:
    assert field in fields(await api.get("/forecast", params=query), "invalid-definition")
