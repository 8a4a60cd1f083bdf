"""What is said with a task that was taken, and yet will not run as things stand."""

from __future__ import annotations

from onthedot.scheduling.action import CommandAction
from onthedot.scheduling.task import Task
from onthedot.service.overview.user_code import registered
from onthedot.service.temporal.calls import Temporal

_COMMANDS_OFF = (
    "The workers do not run commands, so each run of this task will fail. Their operator can turn "
    "commands on with ONTHEDOT_ALLOW_COMMANDS=true."
)


async def with_warnings(temporal: Temporal, task: Task) -> Task:
    """The task with its `warnings`; of a command a worker is asked, for 1.5 seconds at most."""
    if not isinstance(task.action, CommandAction):
        return task
    if (await registered(temporal)).commands is not False:
        return task
    return task.model_copy(update={"warnings": (_COMMANDS_OFF,)})
