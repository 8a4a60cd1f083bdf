"""What an http action does when the receiver is down, slow, broken or endless."""

from __future__ import annotations

import asyncio
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from temporalio.exceptions import ApplicationError

from onthedot.activities.http.activity import HttpActivities
from onthedot.activities.http.response import LONGEST_RETRY_AFTER, retry_after
from onthedot.scheduling.stored.attempt import MAX_OUTPUT
from tests.activities.attempts import environment, fail, http_attempt, succeed
from tests.activities.receiver import Receiver
from tests.waiting import PATIENCE, at_load

pytestmark = pytest.mark.anyio

SHORT = timedelta(milliseconds=300)

#: Dates of a form that is read, with any number in each place.
_NUMBERS = st.integers(0, 10**12).map(str)
_DATES = st.tuples(_NUMBERS, _NUMBERS, _NUMBERS, st.sampled_from("+-"), _NUMBERS).map(
    lambda part: f"Thu, {part[0]} Dec {part[1]} 23:{part[2]}:59 {part[3]}{part[4]}"
)


async def test_refused_connection_is_tried_again(http: HttpActivities) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/hook?key=hidden"
        failure = await fail(http.http, http_attempt(url))
    assert failure.type == "ConnectionFailed"
    assert not failure.final
    assert "/hook" in failure.message
    assert "hidden" not in failure.everything


async def test_unknown_name_is_tried_again(http: HttpActivities) -> None:
    failure = await fail(http.http, http_attempt("http://no-such-host.invalid/"))
    assert (failure.type, failure.final) == ("ConnectionFailed", False)


async def test_no_tls_where_none_is_spoken(http: HttpActivities, receiver: Receiver) -> None:
    url = receiver.url("/echo").replace("http:", "https:")
    failure = await fail(http.http, http_attempt(url))
    assert (failure.type, failure.final) == ("ConnectionFailed", False)
    assert "TLS" in failure.message


async def test_hanging_receiver_ends_at_the_timeout(
    http: HttpActivities, receiver: Receiver
) -> None:
    failure = await fail(http.http, http_attempt(receiver.url("/hang"), timeout=SHORT))
    assert (failure.type, failure.final) == ("Timeout", False)
    took = failure.detail.finished_at - failure.detail.started_at
    assert SHORT <= took < SHORT * at_load(10)
    await asyncio.wait_for(receiver.abandoned.wait(), PATIENCE)


async def test_500_then_200(http: HttpActivities, receiver: Receiver) -> None:
    receiver.plan = [
        web.json_response({"why": "broken"}, status=500),
        web.json_response({"fine": True}),
    ]
    attempt = http_attempt(receiver.url("/planned"))
    failure = await fail(http.http, attempt)
    assert (failure.type, failure.final) == ("HttpStatus", False)
    assert failure.output["body"] == {"why": "broken"}
    assert (await succeed(http.http, attempt))["body"] == {"fine": True}
    keys = {request.headers["Idempotency-Key"] for request in receiver.requests}
    assert keys == {"key-1"}


@pytest.mark.parametrize(
    ("status", "final"),
    [
        *((408, False), (425, False), (429, False), (500, False), (503, False), (599, False)),
        *((400, True), (401, True), (404, True), (409, True), (410, True), (422, True)),
    ],
)
async def test_which_statuses_are_final(
    http: HttpActivities, receiver: Receiver, status: int, final: bool
) -> None:
    receiver.plan = [web.Response(status=status, text="because")]
    failure = await fail(http.http, http_attempt(receiver.url("/planned")))
    assert (failure.type, failure.final) == ("HttpStatus", final)
    assert str(status) in failure.message
    assert failure.output["status"] == status
    assert failure.output["body"] == "because"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", None), ("999999999999", 3600), ("-1", None), ("soon", None), (None, None)],
)
async def test_retry_after_is_honoured_and_bounded(
    http: HttpActivities, receiver: Receiver, header: str | None, seconds: int | None
) -> None:
    headers = {} if header is None else {"Retry-After": header}
    receiver.plan = [web.Response(status=429, headers=headers)]
    failure = await fail(http.http, http_attempt(receiver.url("/planned")))
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert failure.retry_after == expected


def test_retry_after_may_be_a_date() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert retry_after("Thu, 01 Jan 2026 00:01:00 GMT", now) == timedelta(minutes=1)
    assert retry_after("Wed, 31 Dec 2025 00:01:00 GMT", now) is None


@pytest.mark.parametrize(
    "absurd",
    [
        "Mon, 01 Jan 99999 00:00:00 GMT",
        f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT",
        f"Thu, 31 Dec 2026 23:59:59 -{'9' * 20}",
        f"Thu, {'9' * 20} Dec 2026 23:59:59 GMT",
    ],
)
async def test_an_absurd_retry_after_asks_for_nothing(
    http: HttpActivities, receiver: Receiver, absurd: str
) -> None:
    receiver.plan = [web.Response(status=503, text="busy", headers={"Retry-After": absurd})]
    failure = await fail(http.http, http_attempt(receiver.url("/planned")))
    assert (failure.type, failure.retry_after) == ("HttpStatus", None)
    assert failure.output["body"] == "busy"


@given(st.text(st.characters(codec="latin-1"), max_size=60) | _DATES)
def test_no_retry_after_is_too_odd(header: str) -> None:
    asked = retry_after(header, datetime(2026, 1, 1, tzinfo=UTC))
    assert asked is None or timedelta(0) < asked <= LONGEST_RETRY_AFTER


async def test_dropped_connection(http: HttpActivities, receiver: Receiver) -> None:
    failure = await fail(http.http, http_attempt(receiver.url("/drop")))
    assert (failure.type, failure.final) == ("ConnectionFailed", False)


async def test_answer_that_breaks_off_shows_what_came(
    http: HttpActivities, receiver: Receiver
) -> None:
    failure = await fail(http.http, http_attempt(receiver.url("/half")))
    assert (failure.type, failure.final) == ("ConnectionFailed", False)
    assert failure.output["body"] == "the first half"
    assert failure.output["truncated"] is True


@pytest.mark.parametrize("path", ["/stream?mb=100", "/stream"])
async def test_huge_and_endless_answers_are_left_at_the_cap(
    http: HttpActivities, receiver: Receiver, path: str
) -> None:
    began = time.monotonic()
    output = await succeed(http.http, http_attempt(receiver.url(path)))
    assert time.monotonic() - began < at_load(5)
    assert output["truncated"] is True
    assert output["body"] == "x" * MAX_OUTPUT
    assert receiver.sent < 20 * 1024 * 1024


async def test_trickle_without_end_ends_at_the_timeout(
    http: HttpActivities, receiver: Receiver
) -> None:
    failure = await fail(http.http, http_attempt(receiver.url("/trickle"), timeout=SHORT))
    assert failure.type == "Timeout"
    assert failure.output["body"].startswith("...")


async def test_compression_bomb_is_left_at_the_cap(
    http: HttpActivities, receiver: Receiver
) -> None:
    output = await succeed(http.http, http_attempt(receiver.url("/bomb")))
    assert output["truncated"] is True
    assert output["body"] == "x" * MAX_OUTPUT
    assert receiver.requests[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    "answer",
    [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n"],
)
async def test_what_is_not_http(http: HttpActivities, answer: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        failure = await fail(http.http, http_attempt(f"http://127.0.0.1:{port}/"))
    assert (failure.type, failure.final) == ("BadAnswer", False)


async def test_cancel_drops_the_connection(http: HttpActivities, receiver: Receiver) -> None:
    env = environment()
    running = asyncio.ensure_future(env.run(http.http, http_attempt(receiver.url("/hang"))))
    await asyncio.wait_for(receiver.arrived.wait(), PATIENCE)
    env.cancel()
    with pytest.raises(ApplicationError, match="cancelled"):
        await running
    await asyncio.wait_for(receiver.abandoned.wait(), PATIENCE)


async def test_heartbeats_while_it_waits(http: HttpActivities, receiver: Receiver) -> None:
    beaten = asyncio.Event()
    env = environment()
    env.on_heartbeat = lambda *_: beaten.set()
    running = asyncio.ensure_future(env.run(http.http, http_attempt(receiver.url("/hang"))))
    await asyncio.wait_for(beaten.wait(), PATIENCE)
    receiver.release.set()
    await running
