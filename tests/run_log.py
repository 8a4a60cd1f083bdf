"""What Temporal itself says of the runs of a task, beside what this project says."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowExecution

from onthedot import naming


async def executions(client: Client, task_id: str) -> list[WorkflowExecution]:
    """Every execution of every occurrence that a task's schedule brought about."""
    query = (
        f"WorkflowType = '{naming.TASK_RUN}' AND {naming.TASK_ID.name} = '{task_id}' AND "
        f"{naming.CAUSE.name} = 'trigger'"
    )
    return [execution async for execution in client.list_workflows(query)]


async def nominals(client: Client, task_id: str) -> Counter[datetime]:
    """How many executions each occurrence has."""
    found = [naming.nominal_instant(run.id) for run in await executions(client, task_id)]
    return Counter(nominal for nominal in found if nominal is not None)


def instants(first: datetime, last: datetime, step: timedelta) -> set[datetime]:
    """The instants of an interval, both ends included."""
    return {first + step * number for number in range((last - first) // step + 1)}
