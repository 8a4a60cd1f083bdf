"""What the situations are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from onthedot import naming
from onthedot.naming.run_address import RunAddress
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests import outcomes
from tests.activities.receiver import Receiver
from tests.definitions import every, new_task, unique


@dataclass(frozen=True)
class Shape:
    """What shapes are made with. `queue` is polled by somebody else's worker."""

    temporal: Temporal
    receiver: Receiver
    queue: str

    async def register(self, trigger: dict[str, Any], **more: Any) -> str:
        task_id = unique("shape")
        await Tasks(self.temporal).create(new_task(task_id, trigger, **more), by="capture")
        return task_id

    async def closed(self, task_id: str) -> list[str]:
        """Wait until a task is closed; its workflow."""
        await outcomes.closed(Tasks(self.temporal), task_id)
        return [naming.task_workflow(task_id)]

    async def resumed(self, task_id: str) -> bool:
        return not (await Tasks(self.temporal).get(task_id)).paused

    async def ran(self, action: dict[str, Any], **more: Any) -> list[str]:
        """A run by hand, to its end; its workflow."""
        task_id = await self.register(every(3600), action=action, paused=True, **more)
        asked = await Tasks(self.temporal).run_now(task_id)
        await outcomes.ended(Runs(self.temporal), asked.id)
        return [RunAddress.parse(asked.id).workflow_id]
