"""Tasks that notify a receiver, and what it received."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from temporalio.client import WorkflowExecution as ListedWorkflow
from temporalio.client import WorkflowExecutionStatus

from onthedot import naming
from onthedot.scheduling.action import HttpAction
from onthedot.scheduling.notify import Notify
from onthedot.scheduling.policy import RetryPolicy
from onthedot.scheduling.run import Run
from onthedot.scheduling.task import NewTask
from onthedot.scheduling.trigger import CronTrigger
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.activities.receiver import Receiver, open_receiver
from tests.outcomes import ended
from tests.waiting import eventually

FAR_AWAY = CronTrigger(expression="0 0 1 1 *")
ONCE_ONLY = RetryPolicy(max_attempts=1)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with open_receiver() as made:
        yield made


def telling_task(receiver: Receiver, **notify: Any) -> NewTask:
    return NewTask(
        id=f"notify-{uuid4().hex[:10]}",
        name="Report",
        trigger=FAR_AWAY,
        action=HttpAction(url=receiver.url("/planned")),
        retry=ONCE_ONLY,
        notify=Notify(url=receiver.url("/echo"), **notify),
    )


async def run_of(temporal: Temporal, receiver: Receiver, task_id: str, status: int) -> Run:
    """Have the task run now, and its action be answered with this status."""
    receiver.plan.append(web.Response(status=status))
    started = await Tasks(temporal).run_now(task_id)
    run = await ended(Runs(temporal), started.id)
    running = (
        f"{naming.TASK_ID.name} = '{task_id}' AND WorkflowType = '{naming.TASK_RUN}' "
        f"AND ExecutionStatus = 'Running'"
    )

    async def listed() -> bool:
        return not (await temporal.client.count_workflows(running)).count

    # The list is what the next run looks at.
    await eventually(listed)
    return run


async def listed(temporal: Temporal, task_id: str) -> list[ListedWorkflow]:
    query = f"{naming.TASK_ID.name} = '{task_id}' AND WorkflowType = '{naming.NOTIFICATION}'"
    return [row async for row in temporal.client.list_workflows(query)]


async def notifications(temporal: Temporal, task_id: str, count: int) -> list[str]:
    """The ids of all notifications, once so many have ended."""

    async def ended() -> list[str]:
        rows = await listed(temporal, task_id)
        over = sum(row.status is not WorkflowExecutionStatus.RUNNING for row in rows)
        return [row.id for row in rows] if over >= count else []

    return await eventually(ended)


def bodies(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(r.body) for r in receiver.requests if r.path == "/echo"]
