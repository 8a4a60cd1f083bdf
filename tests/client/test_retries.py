"""What the client does if the server is unreachable, busy, or something else entirely."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from onthedot import client
from onthedot.client import AsyncOnTheDot, OnTheDot
from tests.client.scripted_server import Response, serving
from tests.ports import free_port

_BUSY = {
    "type": "/errors/no-worker",
    "title": "No worker is running",
    "status": 503,
    "detail": "No worker took it up.",
}


def busy_once(status: int, body: object) -> Callable[[int], Response]:
    """503 at first, to be tried again at once; then the response."""
    return lambda n: (503, {"Retry-After": "0"}, _BUSY) if n == 1 else (status, {}, body)


def test_a_registration_is_sent_again_with_its_key() -> None:
    with serving(busy_once(201, {"results": []})) as (url, seen), OnTheDot(url, "secret") as server:
        server.create_tasks([{}])
    keys = [headers["Idempotency-Key"] for _, _, headers in seen]
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert seen[0][2]["Authorization"] == "Bearer secret"


@pytest.mark.anyio
async def test_the_awaited_client_retries_too() -> None:
    with serving(busy_once(200, {"status": "ok", "version": "9"})) as (url, seen):
        async with AsyncOnTheDot(url) as server:
            assert (await server.alive()).version == "9"
    assert len(seen) == 2


def test_what_might_be_done_twice_is_not_sent_again() -> None:
    with serving(busy_once(202, {})) as (url, seen), OnTheDot(url) as server:
        with pytest.raises(client.Unavailable, match="No worker took it up") as refused:
            server.run_task("hello")
        assert refused.value.code == "no-worker"
        assert refused.value.retryable
    assert len(seen) == 1


def test_patience_ends() -> None:
    with (
        serving(lambda _: (503, {"Retry-After": "5"}, _BUSY)) as (url, seen),
        OnTheDot(url, patience=timedelta(seconds=4)) as server,
        pytest.raises(client.Unavailable),
    ):
        server.get_task("hello")
    assert len(seen) == 1


def test_a_deletion_that_got_through_the_first_time_is_done() -> None:
    gone = {"type": "/errors/task-not-found", "title": "", "status": 404, "detail": "None."}
    with serving(busy_once(404, gone)) as (url, seen), OnTheDot(url) as server:
        server.delete_task("hello")
        with pytest.raises(client.NotFound):
            server.delete_task("hello")
    assert len(seen) == 3


def test_a_later_release_may_add_fields() -> None:
    body = {"next_runs": [], "description": "d", "warnings": [], "new": 1}
    with serving(lambda _: (200, {}, body)) as (url, _), OnTheDot(url) as server:
        assert server.preview_trigger({"kind": "cron"}).description == "d"


@pytest.mark.parametrize("status", [200, 302, 404, 502])
def test_another_server_is_told_apart(status: int) -> None:
    with (
        serving(lambda _: (status, {}, b"<html>nginx</html>")) as (url, _),
        OnTheDot(url) as server,
        pytest.raises(client.UnexpectedResponse, match=r"On the Dot"),
    ):
        server.get_task("hello")


def test_nobody_there() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with OnTheDot(url) as server, pytest.raises(client.Unreachable, match=url):
        server.alive()


def test_an_address_or_token_that_cannot_be_right() -> None:
    for url in ("127.0.0.1:8080", "ftp://x", "", "http://"):
        with pytest.raises(ValueError, match="not the address of a server"):
            OnTheDot(url)
    with pytest.raises(ValueError, match="token"):
        OnTheDot(token="a\nb")


def test_ids_cannot_leave_their_place_in_the_address() -> None:
    with serving(busy_once(204, b"")) as (url, seen), OnTheDot(url) as server:
        server.delete_task("../runs?x=1")
    assert seen[0][1] == "/tasks/..%2Fruns%3Fx%3D1"
