"""Runs: every way in which one ends."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from onthedot.naming.run_address import RunAddress
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from tests.definitions import command, every, http
from tests.outcomes import ended
from tests.replay.shapes.shape import Shape
from tests.waiting import eventually

_QUICK = {"max_attempts": 3, "initial_interval": 0.02}


async def run_succeeded(shape: Shape) -> list[str]:
    fast = await shape.ran(http(shape.receiver.url("/echo")))
    return [*fast, *await shape.ran({"kind": "log", "message": "hello"})]


async def run_tried_again(shape: Shape) -> list[str]:
    shape.receiver.plan += [web.Response(status=500), web.Response(status=503), web.Response()]
    return await shape.ran(http(shape.receiver.url("/planned")), retry=_QUICK)


async def run_failed_and_timed_out(shape: Shape) -> list[str]:
    expected = http(shape.receiver.url("/echo"), expect_status=[418])
    failed = await shape.ran(expected)
    refused = await shape.ran(http("http://127.0.0.1:9/"), retry=_QUICK)
    late = await shape.ran(command("sleep", "9"), deadline=1, timeout=20)
    return [*failed, *refused, *late]


async def run_of_somebody_elses(shape: Shape) -> list[str]:
    queue = {"task_queue": shape.queue}
    activity = {"kind": "activity", "name": "fail_twice", "arguments": ["ha"], **queue}
    child = {"kind": "workflow", "workflow_type": "Sleeper", "arguments": [0.1], **queue}
    nobody = {"kind": "activity", "name": "any", "task_queue": "nobody"}
    return [
        *await shape.ran(activity, retry=_QUICK),
        *await shape.ran(child),
        *await shape.ran(nobody, deadline=1),
    ]


async def run_interrupted_and_told(shape: Shape) -> list[str]:
    """By its deadline in the middle of a retry, by silence, and by a cancel after a response."""
    told = {"url": shape.receiver.url("/echo")}
    hanging = http(shape.receiver.url("/hang"))
    late = await shape.ran(hanging, retry=_QUICK, timeout=1.5, deadline=4, notify=told)
    silent: dict[str, Any] = {"kind": "activity", "name": "die_once", "arguments": ["shape"]}
    silent |= {"task_queue": shape.queue, "heartbeat_timeout": 1}
    task_id = await shape.register(every(3600), action=http(shape.receiver.url("/trickle")))
    asked = await Runs(shape.temporal).get((await Tasks(shape.temporal).run_now(task_id)).id)
    await eventually(lambda: shape.receiver.trickled >= 20)
    await Runs(shape.temporal).cancel(asked.id)
    await ended(Runs(shape.temporal), asked.id)
    return [*late, *await shape.ran(silent), RunAddress.parse(asked.id).workflow_id]


async def run_cancelled(shape: Shape) -> list[str]:
    found = []
    for action in (command("sleep", "60"), http(shape.receiver.url("/hang"))):
        task_id = await shape.register(every(3600), action=action, timeout=50)
        asked = await Tasks(shape.temporal).run_now(task_id)

        async def attempted(run_id: str = asked.id) -> bool:
            return (await Runs(shape.temporal).get(run_id)).attempts == 1

        await eventually(attempted)
        await Runs(shape.temporal).cancel(asked.id)
        await ended(Runs(shape.temporal), asked.id)
        found.append(RunAddress.parse(asked.id).workflow_id)
    return found
