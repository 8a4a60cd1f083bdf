"""`python -m tests.cluster.costs`: the CPU cost of a run, by nodes and workers.

1. Start a cluster with so many nodes and workers, and one server.
2. Register tasks that are all due in one second, and wait until everything is idle.
3. Add up each process's CPU time from six seconds before that instant until the last run is closed,
   less what it uses in the same time while idle. Unlike runs a second, this hardly depends on what
   else the machine does.
4. Register tasks one at a time, 50 at a time and in batches, and count them by the second.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.cluster.costs.cpu import HEAD, Cost, Meter, Registrations
from tests.cluster.deployment import Deployment
from tests.cluster.parts.cluster import Cluster, room
from tests.cluster.programs import VERSION, Missing, Programs, end, find, say, temporal_release
from tests.faults.judging.receiving import Receiving
from tests.go_programs import default_cache
from tests.waiting import wait_until

_AT_ONCE = 50
#: So long everything is watched while it waits, right before it counts.
_IDLE_SECONDS = 8
_PATIENCE_SECONDS = 300


def once(deployment: Deployment, receiving: Receiving, number: int) -> dict[str, float]:
    """CPU milliseconds of a one-time run, its waking included, by kind of process."""
    name = f"c{uuid4().hex[:6]}"
    due = _soon(deployment, number)
    trigger = {"kind": "once", "at": due.isoformat()}
    _register(deployment, [_task(receiving, f"{name}-{n}", trigger) for n in range(number)])
    return _burst(deployment, name, due, number, f"WorkflowId STARTS_WITH 'task:{name}-'")


def recurring(deployment: Deployment, receiving: Receiving, number: int) -> dict[str, float]:
    """CPU milliseconds of a run that a schedule starts, by kind of process."""
    name = f"c{uuid4().hex[:6]}"
    due = _soon(deployment, number * 4)
    offset = due.timestamp() % 86400
    trigger = {"kind": "interval", "every": 86400, "offset": offset}
    _register(deployment, [_task(receiving, f"{name}-{n}", trigger) for n in range(number)])
    return _burst(deployment, name, due, number, f"WorkflowId STARTS_WITH 'run:{name}-'")


def registrations(deployment: Deployment, receiving: Receiving, number: int) -> list[Registrations]:
    """What registering one-time tasks costs, by how they are sent."""
    later = {"kind": "once", "at": (datetime.now(UTC) + timedelta(days=300)).isoformat()}
    meter = Meter(deployment)

    def measured(way: str, send: Callable[[list[dict[str, Any]]], None]) -> Registrations:
        name = f"r{uuid4().hex[:6]}"
        tasks = [_task(receiving, f"{name}-{n}", later) for n in range(number)]
        before, began = meter.read(), time.monotonic()
        send(tasks)
        took, after = time.monotonic() - began, meter.read()
        used = {kind: (after[kind] - before[kind]) / number * 1000 for kind in before}
        return Registrations(way, number / took, sum(used.values()), used["server"])

    return [
        measured("one after the other", lambda each: _register(deployment, each, at_once=1)),
        measured(f"{_AT_ONCE} at a time", lambda each: _register(deployment, each)),
        measured("one batch", lambda each: _batch(deployment, each)),
    ]


def _burst(
    deployment: Deployment, name: str, due: datetime, number: int, query: str
) -> dict[str, float]:
    meter = Meter(deployment)

    def closed() -> bool:
        done = deployment.listed_by_temporal(f"{query} AND ExecutionStatus != 'Running'")
        return len(done) >= number

    _sleep_until(due.timestamp() - 6 - _IDLE_SECONDS)
    idle = meter.read()
    _sleep_until(due.timestamp() - 6)
    before, began = meter.read(), time.monotonic()
    _sleep_until(due.timestamp() + 1)
    while not closed():
        assert time.time() < due.timestamp() + _PATIENCE_SECONDS, f"{name} never ended"
        time.sleep(1)
    after, took = meter.read(), time.monotonic() - began
    resting = {kind: (before[kind] - idle[kind]) / _IDLE_SECONDS for kind in before}
    used = {
        kind: (after[kind] - before[kind] - resting[kind] * took) / number * 1000 for kind in before
    }
    return used | {"idle": sum(resting.values())}


def _sleep_until(unix_time: float) -> None:
    time.sleep(max(0.0, unix_time - time.time()))


def _register(deployment: Deployment, tasks: list[dict[str, Any]], at_once: int = _AT_ONCE) -> None:
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(lambda task: _post(deployment, task), tasks))


def _post(deployment: Deployment, task: dict[str, Any]) -> None:
    def taken() -> bool:
        status = deployment.client.post("/tasks", json=task).status_code
        assert status in (201, 409, 503), status
        return status != 503

    wait_until(taken, "a registration is taken")


def _batch(deployment: Deployment, tasks: list[dict[str, Any]]) -> None:
    answer = deployment.client.post("/tasks:batch", json={"tasks": tasks}, timeout=120)
    statuses = {result["status"] for result in answer.json()["results"]}
    assert statuses == {201}, statuses


def _task(receiving: Receiving, task_id: str, trigger: dict[str, Any]) -> dict[str, Any]:
    action = {"kind": "http", "url": receiving.url("/ok")}
    return {"id": task_id, "trigger": trigger, "action": action}


def _soon(deployment: Deployment, registrations: int) -> datetime:
    """When all are registered and it has become quiet, on a busy machine too."""
    seconds = 20 + registrations / 20
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)


@contextmanager
def _cluster(programs: Programs, nodes: int) -> Iterator[Cluster]:
    release = temporal_release(programs, default_cache(), VERSION, say)
    with room() as directory:
        cluster = Cluster(programs, release, directory, nodes=nodes, servers=1)
        try:
            cluster.create(release, lambda line: None)
            Deployment(cluster).set_up()
            yield cluster
        finally:
            cluster.close()


@contextmanager
def _deployment(cluster: Cluster, workers: int) -> Iterator[tuple[Deployment, Receiving]]:
    deployment = Deployment(cluster, servers=1, workers=workers)
    receiving = Receiving(cluster.directory)
    try:
        receiving.part.start()
        receiving.part.wait_until_up()
        deployment.start()
        yield deployment, receiving
    finally:
        deployment.close()
        receiving.part.kill()


def measured(options: argparse.Namespace) -> dict[str, list[Any]]:
    """All that was asked for; says each figure as soon as it is there. Raises Missing."""
    costs: list[Cost] = []
    rates: list[Registrations] = []
    programs = find()
    for nodes in options.nodes:
        with _cluster(programs, nodes) as cluster:
            for workers in options.workers:
                with _deployment(cluster, workers) as (deployment, receiving):
                    for kind, measure, number in (
                        ("one-time", once, options.n),
                        ("recurring", recurring, options.n // 3),
                    ):
                        found = measure(deployment, receiving, number)
                        costs.append(Cost(nodes, workers, kind, **found))
                        say(costs[-1].line())
                    if not rates:
                        rates = registrations(deployment, receiving, options.n)
                        for rate in rates:
                            say(rate.line())
    return {"costs": costs, "registrations": rates}


def main() -> int:
    """Returns the exit code: 2 where something is missing."""
    options = _options()
    say(HEAD)
    try:
        figures = measured(options)
    except Missing as reason:
        print(reason, file=sys.stderr)
        return 2
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1, default=asdict) + "\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster.costs", description=__doc__)
    parser.add_argument("--nodes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--n", type=int, default=300, help="one-time tasks; recurring: a third")
    parser.add_argument("--json", type=Path, help="file for all figures")
    return parser.parse_args()


if __name__ == "__main__":
    end(main())
