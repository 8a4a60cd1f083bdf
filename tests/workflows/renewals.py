"""The executions in which a task's workflow went on."""

from __future__ import annotations

from onthedot import naming
from onthedot.service.temporal.calls import Temporal
from tests.waiting import eventually


async def executions(temporal: Temporal, task_id: str) -> int:
    """How many there are, as far as lists show them."""
    query = f"WorkflowId = '{naming.task_workflow(task_id)}'"
    return (await temporal.client.count_workflows(query)).count


async def renewed(temporal: Temporal, task_id: str, at_least: int) -> None:
    """Wait until there are so many."""

    async def enough() -> bool:
        return await executions(temporal, task_id) >= at_least

    await eventually(enough)
