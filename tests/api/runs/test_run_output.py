"""What a command writes, read and streamed while it runs and after it has ended."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.api.problem import problem
from tests.api.reading import ended
from tests.definitions import recurring, unique
from tests.waiting import at_load

pytestmark = pytest.mark.anyio


class Event(NamedTuple):
    """One event of a stream."""

    name: str
    data: dict[str, Any]
    id: str


class Stream:
    """An open stream of a run's output."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()
        self.text = ""

    async def events(self) -> AsyncIterator[Event]:
        found: dict[str, str] = {}
        async for line in self._lines:
            if line:
                name, _, value = line.partition(": ")
                found[name] = value
            elif found:
                if "event" in found:
                    yield Event(found["event"], json.loads(found["data"]), found.get("id", ""))
                found = {}

    async def until(self, text: str) -> str:
        """All that was written up to where `text` stands; and, of the next piece, the id."""
        async for event in self.events():
            if event.name == "output":
                self.text += event.data["text"]
                if text in self.text:
                    return event.id
        raise AssertionError(f"{text!r} is not in {self.text!r}")

    async def rest(self) -> list[Event]:
        events = [event async for event in self.events()]
        self.text += "".join(e.data["text"] for e in events if e.name == "output")
        return events


@asynccontextmanager
async def following(api: httpx.AsyncClient, run_id: str, **headers: str) -> AsyncIterator[Stream]:
    path = f"/runs/{run_id}/output?follow=true"
    async with api.stream("GET", path, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response)


async def begin(api: httpx.AsyncClient, script: str, *arguments: str, **more: Any) -> str:
    """The id of a run of a shell script."""
    task_id = unique()
    action = {"kind": "command", "argv": ["sh", "-c", script, "sh", *arguments]}
    answer = await api.post("/tasks", json=recurring(id=task_id, action=action, **more))
    assert answer.status_code == 201, answer.text
    run_id: str = (await api.post(f"/tasks/{task_id}/run")).json()["id"]
    return run_id


async def written(api: httpx.AsyncClient, run_id: str) -> dict[str, Any]:
    answer = await api.get(f"/runs/{run_id}/output")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def text_of(found: dict[str, Any], stream: str = "stdout") -> str:
    return "".join(item["text"] for item in found["items"] if item["stream"] == stream)


WAITS_FOR_FILE = 'while [ ! -e "$1" ]; do sleep 0.02; done'


async def test_output_streams_while_the_command_runs(
    api: httpx.AsyncClient, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    script = f"echo first; {WAITS_FOR_FILE}; date +%s.%N; echo oh >&2; sleep 0.3; echo last"
    run_id = await begin(api, script, str(gate))
    async with following(api, run_id) as one, following(api, run_id) as other:
        await one.until("first\n")
        gate.touch()
        resume_from = await one.until("\n" + str(int(time.time()))[:8])
        came = time.time()
        assert came - float(one.text.split()[1]) < at_load(1)
        events = await one.rest()
        await other.rest()
    assert other.text == one.text
    assert events[-1].name == "end"
    assert events[-1].data["status"] == "succeeded"
    found = await written(api, run_id)
    assert found["complete"]
    assert text_of(found).startswith("first\n")
    assert text_of(found).endswith("\nlast\n")
    assert text_of(found, "stderr") == "oh\n"
    assert (found["left_out"], found["items"][0]["offset"]) == (0, 0)
    assert found["size"] == len(one.text)
    async with following(api, run_id, **{"Last-Event-ID": resume_from}) as again:
        await again.rest()
    assert again.text == one.text[int(resume_from) :]


async def test_output_is_kept_when_a_run_is_cancelled(api: httpx.AsyncClient) -> None:
    run_id = await begin(api, "echo before; sleep 60", timeout=90)
    async with following(api, run_id) as stream:
        await stream.until("before\n")
        assert text_of(await written(api, run_id)) in ("", "before\n")
        await api.post(f"/runs/{run_id}/cancel")
        events = await stream.rest()
    assert events[-1].data["status"] == "cancelled"
    found = await written(api, run_id)
    assert (text_of(found), found["run"]["status"]) == ("before\n", "cancelled")


async def test_output_is_kept_when_a_run_is_out_of_time(api: httpx.AsyncClient) -> None:
    # One attempt, however late the deadline is on a busy machine.
    run_id = await begin(api, "echo before; sleep 60", timeout=60, deadline=min(at_load(2), 40))
    run = await ended(api, run_id)
    assert run["status"] == "timed_out"
    assert text_of(await written(api, run_id)) == "before\n"


async def test_the_attempts_of_a_run_are_one_output(api: httpx.AsyncClient, tmp_path: Path) -> None:
    script = 'echo "attempt $ONTHEDOT_ATTEMPT"; [ -e "$1" ] || { touch "$1"; exit 3; }'
    # Long enough to be seen.
    retry = {"max_attempts": 2, "initial_interval": round(min(at_load(1), 10))}
    run_id = await begin(api, script, str(tmp_path / "once"), retry=retry)
    async with following(api, run_id) as stream:
        events = await stream.rest()
    assert stream.text == "attempt 1\nattempt 2\n"
    assert "backing_off" in [e.data["phase"] for e in events if e.name == "run"]
    items = (await written(api, run_id))["items"]
    assert [(item["attempt"], item["text"]) for item in items] == [
        (1, "attempt 1\n"),
        (2, "attempt 2\n"),
    ]


async def test_of_much_the_head_and_the_tail_are_kept(api: httpx.AsyncClient) -> None:
    run_id = await begin(api, "seq -w 400000; sleep 0.5; echo done")
    await ended(api, run_id)
    found = await written(api, run_id)
    text = text_of(found)
    assert text.startswith("000001\n000002\n")
    assert text.endswith("400000\ndone\n")
    assert found["size"] == 400_000 * 7 + 5
    assert found["left_out"] == found["size"] - len(text)
    assert 900 * 1024 < len(text) <= 1024 * 1024


async def test_a_run_that_is_no_command_has_no_output(api: httpx.AsyncClient) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id))
    run_id = (await api.post(f"/tasks/{task_id}/run")).json()["id"]
    async with following(api, run_id) as stream:
        events = await stream.rest()
    assert [event.name for event in events][-1] == "end"
    assert (await written(api, run_id))["items"] == []


async def test_what_is_wrong_is_said_before_the_stream_begins(api: httpx.AsyncClient) -> None:
    for query in ("", "?follow=true"):
        problem(await api.get(f"/runs/nothing/output{query}"), 404, "run-not-found")
    problem(await api.get("/runs/nothing/output?after=-1"), 422, "invalid-request")
