"""Temporal's own view of a task's runs, compared with ours."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecution

from onthedot import naming
from onthedot.scheduling.run import ShortRun
from onthedot.service.runs.listing import RunFilter, RunList
from tests.waiting import eventually

_NOT_DONE = EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
#: In many shards, where a server has many.
_MARKERS = 8


async def executions(client: Client, task_id: str) -> list[WorkflowExecution]:
    """Every execution of every occurrence that a task's schedule started."""
    query = (
        f"WorkflowType = '{naming.TASK_RUN}' AND {naming.TASK_ID.name} = '{task_id}' AND "
        f"{naming.CAUSE.name} = 'trigger'"
    )
    return [execution async for execution in client.list_workflows(query)]


async def nominals(client: Client, task_id: str) -> Counter[datetime]:
    """How many executions each occurrence has."""
    found = [naming.nominal_instant(run.id) for run in await executions(client, task_id)]
    return Counter(nominal for nominal in found if nominal is not None)


async def undisturbed(client: Client, task_id: str) -> bool:
    """Whether every workflow task of a task was done the first time.

    On a machine that is too busy some expire, and the worker repeats the steps that it had taken:
    this may count one run of `max_runs` too many or too few.
    """
    history = await client.get_workflow_handle(naming.task_workflow(task_id)).fetch_history()
    return not any(event.event_type in _NOT_DONE for event in history.events)


def instants(first: datetime, last: datetime, step: timedelta) -> set[datetime]:
    """The instants of an interval, both ends included."""
    return {first + step * number for number in range((last - first) // step + 1)}


async def lists_caught_up(client: Client) -> None:
    """Wait until everything so far is in Temporal's lists.

    Each shard of Temporal writes its events to the lists in order. So this waits for markers, of
    which each shard has some.
    """
    name = f"marker-{uuid4().hex}"
    handles = await asyncio.gather(
        *(
            client.start_workflow("Marker", id=f"{name}-{n}", task_queue=name)
            for n in range(_MARKERS)
        )
    )

    async def listed() -> bool:
        query = f"WorkflowId STARTS_WITH '{name}-'"
        return (await client.count_workflows(query)).count == _MARKERS

    await eventually(listed)
    await asyncio.gather(*(handle.terminate() for handle in handles))


async def listed_runs(run_list: RunList, which: RunFilter, number: int = 1) -> Sequence[ShortRun]:
    """All matching runs, once there are this many."""

    found: Sequence[ShortRun] = ()

    async def all_of_them() -> bool:
        nonlocal found
        found = (await run_list.page(which, limit=500)).items
        return len(found) == number

    await eventually(all_of_them)
    return found
