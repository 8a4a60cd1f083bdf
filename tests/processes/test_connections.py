"""Connections with an incomplete request are closed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from onthedot.processes import connections
from onthedot.processes.connections import BoundedHttp
from tests.waiting import PATIENCE, at_load, eventually

pytestmark = pytest.mark.anyio

_LIMIT = 0.8
_GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
_LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave Ctrl-C to pytest."""
        yield


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/slow":
        await asyncio.sleep(_LIMIT * 3)
    if scope["path"] == "/read":
        while (await receive()).get("more_body"):
            pass
    await PlainTextResponse("hello")(scope, receive, send)


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    # The real limit, only shorter.
    monkeypatch.setattr(connections, "HEAD_SECONDS", _LIMIT)
    config = uvicorn.Config(
        _app, http=BoundedHttp, port=0, log_config=None, lifespan="off", timeout_keep_alive=60
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


async def said(port: int, *parts: bytes, again: bytes = b"") -> tuple[bytes, float]:
    """All responses until the server closes, and the seconds until then.

    Args:
        again: sent every tenth of the limit for as long as the server accepts it.
    """
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def send() -> None:
        with suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(_LIMIT / 10)
            while again:
                writer.write(again)
                await writer.drain()
                await asyncio.sleep(_LIMIT / 10)

    sending = asyncio.create_task(send())
    answered = b""
    with suppress(ConnectionError):
        while part := await asyncio.wait_for(reader.read(65536), PATIENCE):
            answered += part
    sending.cancel()
    writer.close()
    return answered, time.monotonic() - began


@pytest.mark.parametrize(
    ("sent", "again", "response"),
    [
        (b"", b"", b""),
        (b"GET / HT", b"", b"HTTP/1.1 408"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"A: b\r\n", b"HTTP/1.1 408"),
        (b"GET / HTTP/1.1\r\nA: ", b"x", b"HTTP/1.1 408"),
        (b"", b"\r\n", b""),
    ],
)
async def test_a_head_that_does_not_come_is_not_waited_for(
    port: int, sent: bytes, again: bytes, response: bytes
) -> None:
    answered, seconds = await said(port, sent, again=again)
    assert answered.startswith(response)
    assert bool(answered) is bool(response)
    assert _LIMIT * 0.9 < seconds < at_load(_LIMIT * 10)


@pytest.mark.parametrize("again", [b"\r\n", b"GET / HT", b"A"])
async def test_nor_is_it_after_a_first_request(port: int, again: bytes) -> None:
    answered, seconds = await said(port, _GET + b"GET /" * (again == b"A"), again=again)
    assert answered.startswith(b"HTTP/1.1 200")
    assert seconds < at_load(_LIMIT * 10)


async def test_the_rest_of_a_body_is_not_waited_for_once_it_is_answered(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    answered, seconds = await said(port, head, again=b"x")
    assert answered.startswith(b"HTTP/1.1 200")
    assert b"408" not in answered
    assert seconds < at_load(_LIMIT * 10)


async def test_a_head_that_never_ends_is_refused(port: int) -> None:
    answered, _ = await said(port, b"GET / HTTP/1.1\r\n", again=b"A: " + b"x" * 20_000 + b"\r\n")
    assert answered.startswith(b"HTTP/1.1 431")


async def test_a_request_that_is_answered_or_read_has_its_time(port: int) -> None:
    slow = b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answered, _ = await said(port, slow)
    assert answered.endswith(b"hello")
    head = b"POST /read HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 20\r\n\r\n"
    answered, seconds = await said(port, head, *[b"x"] * 20)
    assert answered.endswith(b"hello")
    assert seconds > _LIMIT * 1.5


async def test_requests_one_after_the_other_and_all_at_once(port: int) -> None:
    answered, _ = await said(port, _GET, _GET, _GET * 3 + _LAST[:20], _LAST[20:])
    assert answered.count(b"HTTP/1.1 200") == 6
    body = b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000
    answered, _ = await said(port, body + _LAST[:10], _LAST[10:])
    assert answered.count(b"HTTP/1.1 200") == 2


async def test_what_is_no_request_gets_a_problem_document(port: int) -> None:
    answered, _ = await said(port, b"FOO / HTTP/1.1\r\n\r\n")
    head, _, body = answered.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    assert json.loads(body)["status"] == 400
