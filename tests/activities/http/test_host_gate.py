"""The places of a host: who waits, who is turned away, and when."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from onthedot.activities.attempts.failed import AttemptFailed
from onthedot.activities.http.activity import HttpActivities
from onthedot.activities.http.addresses import AddressRules
from onthedot.activities.http.host_gate import HostGate
from onthedot.activities.secrets.store import Secrets
from tests.activities.attempts import environment, fail, http_attempt, succeed
from tests.activities.receiver import Receiver
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

LONG = timedelta(hours=1)


async def test_a_local_attempt_is_turned_away_at_once_when_full() -> None:
    gate = HostGate(in_flight=2, local_in_flight=2)
    async with AsyncExitStack() as held:
        for _ in range(2):
            await held.enter_async_context(gate.place("a", local=True))
        with pytest.raises(AttemptFailed) as caught:
            await held.enter_async_context(gate.place("a", local=True))
        assert caught.value.fault == "Deferred"
        assert not caught.value.final
        await held.enter_async_context(gate.place("b", local=True))
    async with gate.place("a", local=True):
        pass


async def test_an_ordinary_one_waits_its_turn() -> None:
    gate, order = HostGate(in_flight=1), list[int]()

    async def call(number: int) -> None:
        async with gate.place("a", local=False):
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(call(number) for number in range(20)))
    assert order == list(range(20))


async def test_it_does_not_wait_for_ever() -> None:
    gate = HostGate(in_flight=1, wait=timedelta(milliseconds=20))
    async with gate.place("a", local=False):
        with pytest.raises(AttemptFailed, match="1 calls in flight") as caught:
            async with gate.place("a", local=False):
                pass
    assert caught.value.fault == "Deferred"
    async with gate.place("a", local=False):
        pass


async def test_one_that_is_cancelled_while_it_waits_takes_no_place() -> None:
    gate = HostGate(in_flight=1)

    async def call() -> None:
        async with gate.place("a", local=False):
            pass

    async with gate.place("a", local=False):
        waiting = asyncio.ensure_future(call())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with gate.place("a", local=True):
        pass


async def test_a_slow_host_takes_no_local_attempts_until_it_is_quick_again() -> None:
    gate = HostGate(slow_after=timedelta(0), slow_for=LONG)
    async with gate.place("a", local=True):
        await asyncio.sleep(0.001)
        with pytest.raises(AttemptFailed):
            await gate.place("a", local=True).__aenter__()
    with pytest.raises(AttemptFailed):
        await gate.place("a", local=True).__aenter__()
    gate._slow_after = LONG.total_seconds()
    async with gate.place("a", local=False):
        pass
    async with gate.place("a", local=True):
        pass


async def test_forgotten_hosts_do_not_pile_up() -> None:
    gate = HostGate()
    async with gate.place("kept", local=True):
        for number in range(3000):
            async with gate.place(f"host-{number}", local=True):
                pass
        assert len(gate._hosts) <= 1025
        assert "kept" in gate._hosts


async def test_one_slow_receiver_does_not_hold_up_the_others(
    receiver: Receiver, other_receiver: Receiver
) -> None:
    http = HttpActivities(
        AddressRules(["localhost"]), Secrets(environ={}), HostGate(in_flight=3, local_in_flight=3)
    )
    env = environment()
    slow = [
        asyncio.ensure_future(env.run(http.http, http_attempt(receiver.url("/hang"))))
        for _ in range(8)
    ]
    await eventually(lambda: receiver.running == 3)
    failure = await fail(http.http, http_attempt(receiver.url("/echo"), local=True))
    assert failure.type == "Deferred"
    await succeed(http.http, http_attempt(other_receiver.url("/echo"), local=True))
    assert receiver.running == 3
    receiver.release.set()
    results = await asyncio.gather(*slow)
    assert receiver.most_running == 3
    assert len(results) == 8
    await http.close()
