"""Following the output of a run from Python."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from anyio import to_thread

from onthedot.client import AsyncOnTheDot, NotFound, OnTheDot
from onthedot.client.call import Stream
from onthedot.client.calls.runs import follow_output
from onthedot.client.events import ServerEvent
from onthedot.messages.run_output import RunState
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.stored.written import WrittenPiece
from tests.client.scripted_server import serving
from tests.definitions import recurring, unique

pytestmark = pytest.mark.anyio

_COMMAND = {"kind": "command", "argv": ["sh", "-c", "echo one; sleep 0.7; echo two"]}


async def test_both_clients_follow_a_run(api: httpx.AsyncClient) -> None:
    url = str(api.base_url)
    async with AsyncOnTheDot(url) as there:
        task = await there.create_task(recurring(id=unique(), action=_COMMAND))
        run = await there.run_task(task.id)
        events = [event async for event in there.follow_output(run.id)]
        assert "".join(e.text for e in events if isinstance(e, WrittenPiece)) == "one\ntwo\n"
        assert isinstance(events[-1], RunState)
        assert events[-1].status is RunStatus.SUCCEEDED
        kept = await there.get_output(run.id, after=4)
        assert [piece.text for piece in kept.items] == ["two\n"]

    def blocking() -> list[WrittenPiece | RunState]:
        with OnTheDot(url) as client:
            with pytest.raises(NotFound):
                list(client.follow_output("nothing"))
            return list(client.follow_output(run.id, after=4))

    again = await to_thread.run_sync(blocking)
    assert [e.text for e in again if isinstance(e, WrittenPiece)] == ["two\n"]


def test_a_stream_that_breaks_off_is_taken_up() -> None:
    made: Stream[Any] = follow_output("r")
    piece = {"attempt": 1, "stream": "stdout", "at": "2026-01-01T00:00:00Z", "offset": 0}
    written = json.dumps(piece | {"text": "abc"})
    broken_off = f"id: 3\nevent: output\ndata: {written}\n\n".encode()
    rest = b'event: news\ndata: {}\n\nevent: end\ndata: {"id": "r", "status": "failed"}\n\n'
    pieces = {1: broken_off, 2: rest}
    with serving(lambda n: (200, {}, pieces[n])) as (url, seen), OnTheDot(url) as client:
        events = list(client.follow(made))
    assert [parse_qs(urlsplit(path).query)["after"] for _, path, _ in seen] == [["0"], ["3"]]
    assert [type(event) for event in events] == [WrittenPiece, RunState]
    assert made.read(ServerEvent("news", "{}", "")) is None
