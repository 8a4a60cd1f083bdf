"""Warns about registered tasks that cannot run at present."""

from __future__ import annotations

from onthedot.scheduling.action import CommandAction
from onthedot.scheduling.task import Task
from onthedot.service.overview.workers import registered
from onthedot.service.temporal.calls import Temporal

_COMMANDS_OFF = (
    "The workers do not run commands, so each run of this task will fail. Their operator can turn "
    "commands on with ONTHEDOT_ALLOW_COMMANDS=true."
)


async def with_warnings(temporal: Temporal, *tasks: Task) -> list[Task]:
    """The tasks with their `warnings`; for commands, asks a worker once, at most 1.5 seconds."""
    if not any(isinstance(task.action, CommandAction) for task in tasks):
        return list(tasks)
    if (await registered(temporal)).commands is not False:
        return list(tasks)
    return [
        task.model_copy(update={"warnings": (_COMMANDS_OFF,)})
        if isinstance(task.action, CommandAction)
        else task
        for task in tasks
    ]
