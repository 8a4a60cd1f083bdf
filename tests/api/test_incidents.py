"""Incidents over all tasks: failures by cause, what did not run, late starts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from onthedot.settings import Settings
from tests.api.serving import serving
from tests.definitions import LOG, command, every, once, unique
from tests.temporal_elsewhere import connected
from tests.waiting import eventually, patient, until
from tests.workers import on_its_own, polling

pytestmark = pytest.mark.anyio

_OUTAGE = timedelta(seconds=14)
_ONCE_ONLY = {"max_attempts": 1}


async def _incidents(api: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    async def answered() -> dict[str, Any] | None:
        answer = await api.get("/incidents", params=query)
        # A Temporal that has much to do may take its time.
        assert answer.status_code in (200, 503), answer.text
        return answer.json() if answer.status_code == 200 else None

    found = await eventually(answered)
    assert found is not None
    return found


async def test_failures_are_grouped_by_their_cause(api: httpx.AsyncClient) -> None:
    tag = unique("incident")
    for name, argv in (("a", ("false",)), ("b", ("false",)), ("c", ("sh", "-c", "exit 3"))):
        task = {
            "id": f"{tag}-{name}",
            "name": f"Task {name}",
            "tags": [tag],
            "trigger": every(3600),
            "action": command(*argv),
            "retry": _ONCE_ONLY,
        }
        assert (await api.post("/tasks", json=task)).status_code == 201
    started = [await api.post(f"/tasks/{tag}-{name}/run") for name in "aabc"]

    async def all_failed() -> dict[str, Any] | None:
        found = await _incidents(api, tag=tag)
        groups = found["items"]
        ongoing = all(group["ongoing"] for group in groups)
        return found if sum(group["runs"] for group in groups) == 4 and ongoing else None

    found = await eventually(all_failed)
    assert found is not None
    assert set(found) == {"since", "until", "items", "missed", "late", "complete"}
    three, one = found["items"]
    assert three["cause"]["type"] == one["cause"]["type"] == "ExitCode"
    assert three["cause"]["message"] == "false ended with exit code 1."
    assert one["cause"]["message"] == "sh ended with exit code 3."
    assert (three["runs"], three["task_count"]) == (3, 2)
    assert {(task["id"], task["name"]) for task in three["tasks"]} == {
        (f"{tag}-a", "Task a"),
        (f"{tag}-b", "Task b"),
    }
    due = sorted((a.json()["scheduled_for"] for a in started[:3]), key=datetime.fromisoformat)
    assert (three["first_at"], three["last_at"]) == (due[0], due[-1])
    assert found["missed"] == found["late"] == []

    # A group leads to its runs, and to running them again.
    failure = three["cause"]["id"]
    runs = (await api.get("/runs", params={"failure": failure, "tag": tag})).json()["items"]
    assert sorted(run["id"] for run in runs) == sorted(a.json()["id"] for a in started[:3])
    mended = {"trigger": every(3600), "action": LOG, "tags": [tag], "name": "Task c"}
    assert (await api.put(f"/tasks/{tag}-c", json=mended)).status_code == 200
    body = {"failure": one["cause"]["id"], "tag": tag}
    again = (await api.post("/runs:retry", json=body)).json()["results"]
    assert [result["outcome"] for result in again] == ["done"]

    async def failed_again() -> bool:
        groups = (await _incidents(api, tag=tag))["items"]
        return [group["runs"] for group in groups] == [3, 2]

    async def over() -> bool:
        groups = (await _incidents(api, tag=tag))["items"]
        return [group["ongoing"] for group in groups] == [True, False]

    # A run by hand is retried as it was, and what succeeds is a run of the task as it is now. What
    # ends last counts: the retry has to fail before it.
    await eventually(failed_again)
    assert (await api.post(f"/tasks/{tag}-c/run")).status_code == 202
    await eventually(over)
    later = await _incidents(api, tag=tag, since="2100-01-01T00:00:00Z", until="2100-01-02T00:00Z")
    assert later["items"] == []
    for name in "abc":
        await api.delete(f"/tasks/{tag}-{name}")
    assert (await _incidents(api, tag=unique("none")))["items"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "since"),
        ("since=yesterday", "since"),
        ("cause=x", "cause"),
        ("tag=%00", "tag"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    api: httpx.AsyncClient, query: str, field: str
) -> None:
    answer = await api.get(f"/incidents?{query}")
    assert answer.status_code == 422, answer.text
    assert [error["field"].partition(".")[0] for error in answer.json()["errors"]] == [field]


async def test_after_an_outage_it_says_what_did_not_run_and_what_began_late(
    client: Client, settings: Settings
) -> None:
    # It goes through all tasks: those that other tests left would take too long.
    empty = await connected(client.service_client.config.target_host, None)
    own, tag = on_its_own(patient(empty, settings)), unique("outage")
    tasks: dict[str, dict[str, Any]] = {
        "often": {"trigger": every(2)},
        "patient": {"trigger": every(2), "overlap": "allow_all"},
        "brief": {"trigger": every(5), "deadline": 3, "overlap": "allow_all"},
        "once-late": {"trigger": once(4)},
        "once-missed": {"trigger": once(4), "catchup_window": 5},
    }
    began = own.now()

    async def ran() -> bool:
        runs = (await api.get("/runs", params={"tag": tag, "status": "succeeded"})).json()["items"]
        return {run["task_id"] for run in runs} >= {f"{tag}-often", f"{tag}-brief"}

    async with serving(own.settings, own) as api:
        async with polling(empty, own.task_queue):
            for name, task in tasks.items():
                if not name.startswith("once"):
                    body = {"id": f"{tag}-{name}", "action": LOG, "tags": [tag], **task}
                    assert (await api.post("/tasks", json=body)).status_code == 201
            await eventually(ran)
        for name, task in tasks.items():
            if name.startswith("once"):
                body = {"id": f"{tag}-{name}", "action": LOG, "tags": [tag], **task}
                assert (await api.post("/tasks", json=body)).status_code == 201
        await until(own.now() + timedelta(seconds=4) + _OUTAGE)

        async def told() -> dict[str, Any] | None:
            found = await _incidents(api, tag=tag, since=began.isoformat())
            late = {one["task_id"].removeprefix(f"{tag}-") for one in found["late"]}
            missed = {(_name(tag, one), one["reason"]) for one in found["missed"]}
            # The run of `often` may have started in time, and not ended before the outage.
            well = late >= {"patient", "once-late"} and missed >= {
                ("often", "overlap"),
                ("brief", "deadline"),
                ("once-missed", "catchup"),
            }
            return found if well and found["complete"] else None

        async with polling(empty, own.task_queue):
            found = await eventually(told)
            for name in tasks:
                await api.delete(f"/tasks/{tag}-{name}")
    assert found is not None
    assert all(one["lateness"].startswith("PT") for one in found["late"])
    states = {one["reason"]: one["state"] for one in found["missed"]}
    assert states == {"overlap": "skipped", "deadline": "missed", "catchup": "missed"}
    overlapped = [one["at"] for one in found["missed"] if one["reason"] == "overlap"]
    assert overlapped == sorted(overlapped, reverse=True)
    assert len(overlapped) >= 5
    (timed_out,) = found["items"]
    assert timed_out["cause"]["type"] == "DeadlineExceeded"


def _name(tag: str, one: dict[str, Any]) -> str:
    name: str = one["task_id"]
    return name.removeprefix(f"{tag}-")
