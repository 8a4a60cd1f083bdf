"""A freeze holds many tasks: none starts during it, and all start once afterwards, spread out."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.faults.stack import Stack
from tests.waiting import at_load, wait_until

#: Half of them one-time tasks, half of them recurring: 500 with `-m full`.
FLEETS = [30, pytest.param(500, marks=pytest.mark.full)]
#: The promise: a freeze is in force this soon.
_IN_FORCE_SECONDS = 5.0
_OVER_SECONDS = 30
_LOG = {"kind": "log", "message": "released"}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("count", FLEETS)
def test_what_a_freeze_held_starts_once_and_not_all_at_once(stack: Stack, count: int) -> None:
    tag = f"held-{uuid4().hex[:8]}"
    # Long enough to register all of them before they come due, while the freeze lasts.
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=15 + count // 10)
    end = due + timedelta(seconds=10)
    _freeze(stack, tag, until=end)
    _register(stack, tag, count, due)
    assert datetime.now(UTC) < due, "the machine is too slow for this"

    def all_released() -> bool:
        return len(_begun(stack, tag)) >= count

    time.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds()))
    wait_until(all_released, "all that was held has run", at_load(_OVER_SECONDS + 60))
    begun = _begun(stack, tag)
    assert Counter(run["task_id"] for run in begun) == dict.fromkeys(_ids(tag, count), 1)
    starts = sorted(_instant(run["started_at"]) for run in begun)
    assert starts[0] >= end
    each_second = Counter(int((at - end).total_seconds()) for at in starts)
    most, last = max(each_second.values()), (starts[-1] - end).total_seconds()
    print(f"{count} held: the last start {last:.1f} s after the end, {most} in the busiest second")
    assert last >= _OVER_SECONDS / 2, "they are spread"
    # A busy machine catches up in lumps.
    assert most <= at_load(3 * count / _OVER_SECONDS + 5)


def test_a_freeze_is_in_force_within_seconds(stack: Stack) -> None:
    tag = f"frozen-{uuid4().hex[:8]}"
    trigger = {"kind": "interval", "every": 1}
    body = {"id": tag, "tags": [tag], "trigger": trigger, "action": _LOG, "overlap": "allow_all"}
    assert stack.client.post("/tasks", json=body).status_code == 201
    wait_until(lambda: _begun(stack, tag), "it fires")
    _freeze(stack, tag, until=datetime.now(UTC) + timedelta(hours=1))
    answered = datetime.now(UTC)

    def held() -> bool:
        return len(_runs(stack, tag, status="skipped")) > 5

    wait_until(held, "it is held")
    stack.client.delete(f"/tasks/{tag}")
    stack.client.delete(f"/freezes/{tag}")
    latest = max(_instant(run["started_at"]) for run in _begun(stack, tag))
    latency = max(0.0, (latest - answered).total_seconds())
    print(f"the last start came {latency:.1f} s after the freeze was answered")
    assert latency <= _IN_FORCE_SECONDS


def test_a_worker_reads_the_freezes_before_a_run_asks(stack: Stack) -> None:
    stack.worker.kill()
    stack.start()
    wait_until(lambda: "onthedot_freezes_known 1.0" in stack.metrics(), "they are known")


def _freeze(stack: Stack, tag: str, *, until: datetime) -> None:
    definition = {
        "until": until.isoformat(),
        "tags": [tag],
        "then": "hold",
        "release_over": _OVER_SECONDS,
    }
    assert stack.client.put(f"/freezes/{tag}", json=definition).status_code in (200, 201)


def _register(stack: Stack, tag: str, count: int, due: datetime) -> None:
    day = 86_400
    once = {"kind": "once", "at": due.isoformat()}
    daily = {"kind": "interval", "every": day, "offset": int(due.timestamp()) % day}
    tasks = [
        {"id": task_id, "tags": [tag], "trigger": (once, daily)[number % 2], "action": _LOG}
        for number, task_id in enumerate(_ids(tag, count))
    ]
    left = tasks
    while left:
        answer = stack.client.post("/tasks:batch", json={"tasks": left}, timeout=60)
        if answer.status_code == 503:
            continue
        results = zip(left, answer.json()["results"], strict=True)
        left = [task for task, result in results if result["status"] not in (201, 409)]


def _ids(tag: str, count: int) -> list[str]:
    return [f"{tag}-{number:03}" for number in range(count)]


def _begun(stack: Stack, tag: str) -> list[dict[str, Any]]:
    return [run for run in _runs(stack, tag) if run["started_at"] and run["status"] != "skipped"]


def _runs(stack: Stack, tag: str, **more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"tag": tag, "limit": 500, **more}
    while True:
        page = stack.get("/runs", **asked).json()
        found += page["items"]
        if not page["next_cursor"]:
            return found
        asked["cursor"] = page["next_cursor"]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
