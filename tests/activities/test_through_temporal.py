"""The same activities under a real worker of a real Temporal server."""

from __future__ import annotations

import time

import pytest
from aiohttp import web
from temporalio.client import Client

from onthedot.activities.http.activity import HttpActivities
from onthedot.scheduling.stored.attempt import AttemptFailure
from tests.activities.attempts import command_attempt, http_attempt
from tests.activities.conftest import SECRETS
from tests.activities.one_attempt import attempts_of, failed, start, working
from tests.activities.receiver import Receiver
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def test_every_attempt_carries_the_same_key(
    client: Client, http: HttpActivities, receiver: Receiver
) -> None:
    receiver.plan = [web.Response(status=500), web.Response(status=503), web.json_response(7)]
    async with working(client, "retries", http):
        handle = await start(client, "retries", http_attempt(receiver.url("/planned")))
        result = await handle.result()
    assert result.output["body"] == 7
    assert result.attempt == 3
    assert attempts_of(receiver) == [("1", "key-1"), ("2", "key-1"), ("3", "key-1")]


async def test_retry_after_delays_the_next_attempt(
    client: Client, http: HttpActivities, receiver: Receiver
) -> None:
    receiver.plan = [web.Response(status=429, headers={"Retry-After": "1"}), web.Response()]
    began = time.monotonic()
    async with working(client, "patience", http):
        await (await start(client, "patience", http_attempt(receiver.url("/planned")))).result()
    assert time.monotonic() - began >= 1
    assert len(receiver.requests) == 2


async def test_a_final_failure_is_not_tried_again_and_shows_the_answer(
    client: Client, http: HttpActivities, receiver: Receiver
) -> None:
    receiver.plan = [web.json_response({"why": "no such hook"}, status=404)]
    async with working(client, "final", http):
        error = await failed(
            await start(client, "final", http_attempt(receiver.url("/planned?k=v")))
        )
    assert error.type == "HttpStatus"
    assert error.message == f"POST {receiver.url('/planned')} returned 404."
    detail = AttemptFailure.model_validate(error.details[0])
    assert detail.output["body"] == {"why": "no such hook"}
    assert detail.started_at <= detail.finished_at
    assert len(receiver.requests) == 1


async def test_no_secret_in_the_history(
    client: Client, http: HttpActivities, receiver: Receiver
) -> None:
    headers = {"Authorization": {"secret": "TOKEN"}}
    script = 'echo "$KEY"; echo "$KEY" >&2; exit 1'
    async with working(client, "secrets", http):
        called = await start(
            client, "secrets", http_attempt(receiver.url("/echo"), headers=headers)
        )
        await called.result()
        ran = await start(
            client,
            "secrets",
            command_attempt("sh", "-c", script, env={"KEY": {"secret": "TOKEN"}}),
        )
        await failed(ran)
    assert receiver.requests[0].headers["Authorization"] == SECRETS["ONTHEDOT_SECRET_TOKEN"]
    for handle in (called, ran):
        history = (await handle.fetch_history()).events
        text = "".join(event.SerializeToString().decode(errors="replace") for event in history)
        assert "[secret TOKEN]" in text
        assert "v4lue" not in text


async def test_a_local_attempt_works_and_a_busy_host_defers_it(
    client: Client, http: HttpActivities, receiver: Receiver
) -> None:
    http.gate._local_in_flight = 1
    async with working(client, "local", http):
        handle = await start(client, "local", http_attempt(receiver.url("/echo"), local=True))
        assert (await handle.result()).output["status"] == 200
        holding = await start(client, "local", http_attempt(receiver.url("/hang")))
        await eventually(lambda: receiver.running == 1)
        busy = await start(client, "local", http_attempt(receiver.url("/echo"), local=True))
        error = await failed(busy)
        assert (error.type, error.non_retryable) == ("Deferred", False)
        receiver.release.set()
        await holding.result()
