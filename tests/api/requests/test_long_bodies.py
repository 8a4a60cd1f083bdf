"""Bodies that are too long, or do not come: refused early, and without a stall."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from onthedot.api.middleware import limits
from tests.api.problem import fields, problem
from tests.definitions import LOG, http, recurring

pytestmark = pytest.mark.anyio

_JSON = {"content-type": "application/json"}


async def test_a_body_over_the_limit_is_refused_before_it_is_read(api: httpx.AsyncClient) -> None:
    body = json.dumps({"action": LOG, "padding": "x" * 5_000_000}).encode()
    answer = await api.post("/tasks", content=body, headers=_JSON)
    problem(answer, 413, "body-too-large")


async def test_a_body_that_does_not_say_its_size_is_cut_off(api: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'{"padding":"'
        while sent < 200:
            sent += 1
            yield b"x" * 100_000

    answer = await api.post("/tasks", content=endless(), headers=_JSON)
    problem(answer, 413, "body-too-large")
    assert (await api.get("/healthz")).status_code == 200


async def test_a_body_that_does_not_come_is_not_waited_for(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The real limit, only shorter.
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.3)

    address = api.base_url
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(
        b"POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b'Content-Length: 1000\r\n\r\n{"trigger":'
    )
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in head.lower()
    assert json.loads(body)["type"] == "/errors/body-too-slow"


LONG = 300_000
#: Made when a test needs it: each process that collects the tests would make all of them.
_TOO_LONG: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "tags": (lambda: {"tags": [1] * LONG}, "tags"),
    "fields": (lambda: _many_fields("k"), ""),
    "statuses": (lambda: _of_http(expect_status=[1] * LONG), "expect_status"),
    "headers": (lambda: _of_http(headers=_many_fields("h")), "headers"),
    "body": (lambda: _of_http(body=[1] * LONG), "body"),
    "arguments": (
        lambda: {"action": {"kind": "activity", "name": "n", "arguments": [[1] * LONG]}},
        "arguments",
    ),
    "trigger": (lambda: {"trigger": [1] * LONG}, "trigger"),
    "lists": (lambda: {"trigger": [[]] * LONG}, ""),
}


def _many_fields(prefix: str) -> dict[str, int]:
    return {f"{prefix}{n}": 1 for n in range(LONG)}


def _of_http(**fields: object) -> dict[str, Any]:
    return {"action": http("https://example.com/", **fields)}


@pytest.mark.parametrize("kind", _TOO_LONG)
@pytest.mark.parametrize("path", ["/tasks", "/tasks:batch"])
async def test_long_lists_are_refused_before_each_value_is_judged(
    api: httpx.AsyncClient, kind: str, path: str
) -> None:
    """One such body used to block the server for half a minute."""
    more, field = _TOO_LONG[kind]
    body = recurring(**more())
    content = json.dumps({"tasks": [body]} if path == "/tasks:batch" else body).encode()
    began = time.process_time()
    response = await api.post(path, content=content, headers=_JSON)
    assert time.process_time() - began < 3
    ((name, said),) = fields(response).items()
    assert name.endswith(field)
    assert "no field accepts as many" in said


async def test_the_longest_json_of_ones_own_is_taken(api: httpx.AsyncClient) -> None:
    body = recurring(paused=True, **_of_http(body=[1] * 80_000))
    response = await api.post("/tasks", json=body)
    assert response.status_code == 201
