"""The archive has what Temporal deletes: each run once, complete, and found by the same filters."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from onthedot.archive.writing import RunArchive
from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.run import Run
from onthedot.service.archive.exporter import Exporter
from onthedot.service.archive.listing import ArchivedRuns
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.reading import walk
from tests.api.serving import serving
from tests.definitions import one_time, recurring, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

_FAILS = {"kind": "command", "argv": ["false"]}


async def test_a_run_past_its_retention_is_listed_and_read(
    api: httpx.AsyncClient, client: Client, exporter: Exporter
) -> None:
    often, single = unique(), unique()
    await api.post("/tasks", json=recurring(id=often, name="Nightly report", tags=["night"]))
    await api.post("/tasks", json=one_time(0, id=single))
    ids = [(await api.post(f"/tasks/{often}/run")).json()["id"] for _ in range(2)]
    (of_single,) = await _ended(api, single, 1)
    await _ended(api, often, 2)
    before = {run_id: (await api.get(f"/runs/{run_id}")).json() for run_id in [*ids, of_single]}
    assert await exporter.write_ended() >= 3
    await asyncio.gather(*(_forget(client, run_id) for run_id in before))
    assert (await api.get(f"/tasks/{single}/runs")).status_code == 404
    assert await walk(api, f"/tasks/{often}/runs") == []
    rows = await walk(api, "/runs", archived=True, limit=1)
    ours = [row for row in rows if row["id"] in before]
    assert sorted(row["id"] for row in ours) == sorted(before)
    ends = [datetime.fromisoformat(row["finished_at"]) for row in rows]
    assert ends == sorted(ends, reverse=True)
    for row in ours:
        run = (await api.get(f"/runs/{row['id']}")).json()
        assert run["status"] == "succeeded"
        assert run["output"]
        assert run == before[row["id"]] | {"finished_at": run["finished_at"]}
        assert row == {name: run[name] for name in row}
    found = await walk(api, f"/tasks/{single}/runs", archived=True)
    assert [row["id"] for row in found] == [of_single]


async def test_the_filters_are_those_of_the_list(
    api: httpx.AsyncClient, exporter: Exporter
) -> None:
    good, bad, tag = unique("good"), unique("bad"), unique()
    await api.post("/tasks", json=recurring(id=good, name="Äpfel zählen", tags=[tag]))
    once = {"max_attempts": 1}
    await api.post("/tasks", json=one_time(0, id=bad, tags=[tag, "B"], action=_FAILS, retry=once))
    await api.post(f"/tasks/{good}/run")
    await _ended(api, good, 1)
    await _ended(api, bad, 1)
    await exporter.write_ended()
    listed = await walk(api, "/runs", tag=tag)
    assert len(listed) == 2
    due = {run["task_id"]: datetime.fromisoformat(run["scheduled_for"]) for run in listed}
    late = (max(due.values()) + timedelta(seconds=1)).isoformat()
    for query in (
        {},
        {"status": "failed"},
        {"status": "succeeded"},
        {"status": "running"},
        {"kind": "once"},
        {"kind": "cron"},
        {"tag": [tag, "B"]},
        {"tag": [tag, "b"]},
        {"cause": "manual"},
        {"cause": "trigger"},
        {"error": "ExitCode"},
        {"error": "HttpStatus"},
        {"q": "apfel"},
        {"q": "zählen Äp"},
        {"q": "zählen Ä"},
        {"q": tag},
        {"q": bad[:7]},
        {"q": "nothing"},
        {"since": due[bad].isoformat()},
        {"until": late},
        {"since": late},
    ):
        of_ours: dict[str, Any] = {"tag": tag, **query}
        in_temporal = await walk(api, "/runs", **of_ours)
        archived = await walk(api, "/runs", archived=True, **of_ours)
        assert {run["id"] for run in archived} == {run["id"] for run in in_temporal}, query


async def test_a_writer_that_is_killed_loses_nothing_and_writes_nothing_twice(
    api: httpx.AsyncClient, client: Client, exporter: Exporter, directory: Path
) -> None:
    task = unique()
    await api.post("/tasks", json=recurring(id=task))
    ids = [(await api.post(f"/tasks/{task}/run")).json()["id"] for _ in range(15)]
    await _ended(api, task, len(ids))
    kills = lines = 0
    while await _killed_as_soon_as_there_are_more(lines, client, directory):
        kills += 1
        lines = _lines(directory)
        _cut_the_last_line(directory)
    assert kills >= 3
    await exporter.write_ended()
    written = Counter(row["id"] for row in _rows(directory) if row["task_id"] == task)
    assert written == Counter(ids)
    assert await exporter.write_ended() == 0


async def test_only_one_writes_at_a_time(
    api: httpx.AsyncClient, temporal: Temporal, directory: Path
) -> None:
    task = unique()
    await api.post("/tasks", json=recurring(id=task))
    ids = [(await api.post(f"/tasks/{task}/run")).json()["id"] for _ in range(5)]
    await _ended(api, task, len(ids))
    writers = [Exporter(temporal, directory) for _ in range(3)]
    written = await asyncio.gather(*(each.write_ended() for each in writers))
    assert sum(1 for number in written if number) == 1
    assert Counter(r["id"] for r in _rows(directory) if r["task_id"] == task) == Counter(ids)


async def test_without_an_archive_it_is_refused(temporal: Temporal, settings: Settings) -> None:
    async with serving(settings, temporal) as plain:
        answer = await plain.get("/runs", params={"archived": True})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "archived"
    assert "ONTHEDOT_ARCHIVE" in answer.json()["errors"][0]["message"]


async def test_a_cursor_of_the_list_is_none_of_the_archive(api: httpx.AsyncClient) -> None:
    answer = await api.get("/runs", params={"archived": True, "cursor": "nonsense"})
    assert answer.status_code == 422


async def test_an_archive_that_is_not_there_yet_is_empty(
    temporal: Temporal, settings: Settings, tmp_path: Path
) -> None:
    kept = settings.model_copy(update={"archive": tmp_path / "none"})
    async with serving(kept, temporal) as api:
        answer = await api.get("/runs", params={"archived": True})
    assert answer.json() == {"items": [], "next_cursor": None}


async def test_what_somebody_else_exported_is_listed(
    temporal: Temporal, directory: Path, api: httpx.AsyncClient
) -> None:
    """Files of `onthedot run export` do not contain the attributes of tasks."""
    run = {
        "id": "t~once~1",
        "task_id": "t",
        "status": "succeeded",
        "scheduled_for": "2020-02-01T10:00:00Z",
        "finished_at": "2020-02-01T10:00:01Z",
    }
    RunArchive(directory).add([Run.model_validate(run)])
    (row,) = await walk(api, "/runs", archived=True)
    assert row["id"] == run["id"]
    assert (await ArchivedRuns(temporal, directory).one(run["id"])).task_id == "t"


async def _ended(api: httpx.AsyncClient, task: str, number: int) -> list[str]:
    async def all_ended() -> list[str] | None:
        runs = await walk(api, f"/tasks/{task}/runs")
        ended = [run["id"] for run in runs if run["finished_at"]]
        return ended if len(ended) == number else None

    return await eventually(all_ended)


async def _forget(client: Client, run_id: str) -> None:
    """As Temporal does when the retention is over."""
    address = RunAddress.parse(run_id)
    execution = WorkflowExecution(workflow_id=address.workflow_id, run_id=address.execution)
    request = DeleteWorkflowExecutionRequest(
        namespace=client.namespace, workflow_execution=execution
    )

    async def gone() -> bool:
        try:
            await client.workflow_service.delete_workflow_execution(request, retry=True)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        query = f"WorkflowId = '{address.workflow_id}' AND RunId = '{address.execution}'"
        return (await client.count_workflows(query)).count == 0

    await eventually(gone)


async def _killed_as_soon_as_there_are_more(lines: int, client: Client, directory: Path) -> bool:
    """Whether it could be killed when it had written more lines; else it came to its end."""
    writer = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.archive.exporting",
        client.service_client.config.target_host,
        client.namespace,
        str(directory),
    )
    await eventually(lambda: writer.returncode is not None or _lines(directory) > lines)
    if writer.returncode is None:
        writer.kill()
    return await writer.wait() != 0


def _lines(directory: Path) -> int:
    return sum(file.read_bytes().count(b"\n") for file in directory.glob("runs-*.jsonl"))


def _cut_the_last_line(directory: Path) -> None:
    """As a kill amid a write leaves it."""
    for file in directory.glob("runs-*.jsonl"):
        with file.open("rb+") as opened:
            opened.truncate(max(0, file.stat().st_size - 7))


def _rows(directory: Path) -> list[dict[str, Any]]:
    files = directory.glob("runs-*.jsonl")
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]
