"""The same activities under a real worker of a real Temporal server."""

from __future__ import annotations

import pytest
from temporalio.client import Client

from onthedot.activities.http.activity import HttpActivities
from tests.activities.attempts import command_attempt, http_attempt
from tests.activities.conftest import SECRETS
from tests.activities.one_attempt import failed, start, working
from tests.activities.receiver import Receiver
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


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
