"""Name look-ups: one that gets no answer does not delay others."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from onthedot.activities.http.activity import HttpActivities
from onthedot.activities.http.addresses import AddressRules
from onthedot.activities.http.control_plane import ControlPlane
from onthedot.activities.http.host_gate import HostGate
from onthedot.activities.secrets.store import Secrets
from tests.activities.attempts import fail, http_attempt, succeed
from tests.activities.receiver import Receiver
from tests.waiting import at_load

pytestmark = pytest.mark.anyio

#: More than the event loop has threads of its own, on any machine.
SLOW = 60


async def test_many_silent_names_hold_up_no_other(
    http: HttpActivities, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, release, asked = socket.getaddrinfo, threading.Event(), threading.Semaphore(0)

    # The names of a machine are the machine's: no test may add one, or silence its resolver.
    def silent(host: str, *rest: object, **more: object) -> object:
        if host.endswith(".silent.example"):
            asked.release()
            release.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    slow = [
        asyncio.create_task(fail(http.http, http_attempt(f"http://n{number}.silent.example/")))
        for number in range(SLOW)
    ]
    try:
        await asyncio.to_thread(asked.acquire)
        port = receiver.base.rpartition(":")[2]
        async with asyncio.timeout(at_load(8)):
            await succeed(http.http, http_attempt(f"http://localhost:{port}/echo"))
        assert not any(task.done() for task in slow)
    finally:
        release.set()
        failures = await asyncio.gather(*slow)
    assert {failure.type for failure in failures} == {"ConnectionFailed"}


async def called(url: str, temporal: str, *allow: str) -> str:
    """How a call ends on a worker of `temporal`: an error's type, or nothing."""
    rules = AddressRules(["127.0.0.0/8", *allow], control=ControlPlane(temporal))
    http = HttpActivities(rules, Secrets(environ={}), HostGate())
    try:
        if allow:
            await succeed(http.http, http_attempt(url))
            return ""
        return (await fail(http.http, http_attempt(url))).message
    finally:
        await http.close()


async def test_temporal_itself_is_refused(
    receiver: Receiver, other_receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    # No test may add names to a machine.
    def named(host: str, *rest: object, **more: object) -> object:
        ours = host in ("temporal", "alias.example")
        return real("127.0.0.1" if ours else host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", named)
    port = receiver.base.rpartition(":")[2]
    refused = "is the Temporal that runs these tasks"
    at = f"temporal:{port}"
    for host in ("temporal", "temporal.", "alias.example", "127.0.0.1", "[::ffff:127.0.0.1]"):
        assert refused in await called(f"http://{host}:{port}/echo", at)
    # By its name, at any port: it has an HTTP API too.
    assert refused in await called("http://temporal:1/echo", at)
    assert receiver.requests == []
    # On loopback everything else is somebody else's, by whatever name.
    for name in ("temporal", "127.0.0.1", "localhost"):
        own = f"{name}:{port}"
        assert not await called(other_receiver.url("/echo"), own, "localhost")
        assert refused in await called(receiver.url("/echo"), own)
    assert not await called(f"http://127.0.0.1:{port}/echo", at, "127.0.0.1")
    assert not await called(f"http://temporal:{port}/echo", at, "temporal")


@pytest.mark.parametrize("address", ["", "host:99999", "[::1", "unix:///run/temporal"])
async def test_an_address_of_another_kind_is_none(receiver: Receiver, address: str) -> None:
    assert not await called(receiver.url("/echo"), address, "localhost")


async def test_an_address_of_temporal_is_refused_at_every_port() -> None:
    control = ControlPlane("192.0.2.7:7233")
    http = HttpActivities(AddressRules(control=control), Secrets(environ={}), HostGate())
    failure = await fail(http.http, http_attempt("http://192.0.2.7:7243/api/v1/namespaces"))
    assert (failure.type, failure.final) == ("AddressRefused", True)
    await http.close()
