"""Parts of a cluster are killed, cut off and restarted while tasks wait, fire and run."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.cluster.deployment import Deployment
from tests.cluster.parts.node import SERVICES
from tests.faults.judging.receiving import Receiving
from tests.faults.judging.table import FaultTable
from tests.faults.judging.verdict import Verdict, judge
from tests.faults.judging.wave import Wave, sleep_until
from tests.faults.part import Part
from tests.waiting import at_load

three_times = pytest.mark.parametrize("turn", [1, 2, 3])

#: A whole cluster shares this machine with what hurts it.
PATIENCE_SECONDS = 240.0
#: What is promised of an occurrence while a worker is up and one node of everything is left.
_STARTS_WITHIN_SECONDS = 10.0
#: How long a worker is cut off.
_CUT_OFF_SECONDS = 60

Act = Callable[[], None]


@three_times
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_of_one_node_is_killed(
    deployment: Deployment, receiving: Receiving, table: FaultTable, service: str, turn: int
) -> None:
    part = deployment.cluster.nodes[turn % 2].parts[service]
    wave, back = _wave(deployment, receiving, part.kill, _restart(part))
    table.note(f"`kill -9` of Temporal's {service} on one of two nodes", _judged(wave, back))


@three_times
def test_a_node_is_gone_for_good(
    deployment: Deployment, receiving: Receiving, table: FaultTable, turn: int
) -> None:
    node = deployment.cluster.nodes[turn % 2]
    wave, back = _wave(deployment, receiving, node.kill, lambda: None)
    verdict = _judged(wave, back)
    assert not any(part.running for part in node.parts.values())
    assert verdict.latest < at_load(_STARTS_WITHIN_SECONDS)
    table.note("one of two nodes of Temporal lost permanently", verdict)


@three_times
def test_the_database_is_killed(
    deployment: Deployment, receiving: Receiving, table: FaultTable, turn: int
) -> None:
    database = deployment.cluster.database
    wave, back = _wave(deployment, receiving, database.kill, _restart(database))
    table.note("`kill -9` of PostgreSQL, back after 2 s", _judged(wave, back))


@three_times
def test_the_balancer_is_gone(
    deployment: Deployment, receiving: Receiving, table: FaultTable, turn: int
) -> None:
    balancer = deployment.cluster.balancer
    wave, back = _wave(deployment, receiving, balancer.kill, _restart(balancer))
    table.note("the balancer gone for 2 s", _judged(wave, back))


@three_times
def test_a_server_and_a_worker_are_killed_in_a_burst(
    deployment: Deployment, receiving: Receiving, table: FaultTable, turn: int
) -> None:
    wave = Wave(deployment, receiving, slow=True)
    begin = wave.register(once=200)
    sleep_until(begin + 1)
    deployment.servers[turn % 2].kill()
    deployment.workers[turn % 2].kill()
    back = time.time()
    verdict = _judged(wave, back)
    table.note("`kill -9` of one of two servers and workers, permanently, in a burst", verdict)


@three_times
def test_a_worker_is_cut_off(
    deployment: Deployment, receiving: Receiving, table: FaultTable, turn: int
) -> None:
    """It keeps running, but exchanges nothing with Temporal."""
    with deployment.cut_off_worker() as door:
        wave = Wave(deployment, receiving, slow=True)
        begin = wave.register()
        with wave.keep_registering():
            sleep_until(begin + 1.5)
            door.freeze()
            sleep_until(time.time() + 3)
        sleep_until(begin + _CUT_OFF_SECONDS)
        back = time.time()
        door.thaw()
        verdict = _judged(wave, back)
    table.note("one of two workers cut off for a minute", verdict)


@three_times
def test_ours_are_restarted_one_after_the_other(
    deployment: Deployment, receiving: Receiving, table: FaultTable, turn: int
) -> None:
    wave = Wave(deployment, receiving)
    begin = wave.register()
    with wave.keep_registering():
        sleep_until(begin + 0.5)
        for part in (*deployment.servers, *deployment.workers):
            part.ask_to_stop()
            part.wait(60)
            part.start()
            part.wait_until_up()
            # Until the balancer has seen it, as a rollout would.
            sleep_until(time.time() + 2)
        back = time.time()
    table.note("rolling restart of servers and workers", _judged(wave, back))


def _restart(part: Part) -> Act:
    def restart() -> None:
        part.start()
        part.wait_until_up()

    return restart


def _wave(
    deployment: Deployment,
    receiving: Receiving,
    hurt: Act,
    come_back: Act,
) -> tuple[Wave, float]:
    """A wave in the midst of which something breaks for two seconds; and when it was back."""
    wave = Wave(deployment, receiving)
    begin = wave.register()
    with wave.keep_registering():
        sleep_until(begin + 1.5)
        hurt()
        sleep_until(time.time() + 2)
        back = time.time()
        come_back()
        deployment.wait_until_ready()
        sleep_until(begin + 4.5)
    return wave, back


def _judged(wave: Wave, back: float) -> Verdict:
    return judge(wave, back=back, patience=PATIENCE_SECONDS)
