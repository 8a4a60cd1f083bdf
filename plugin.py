"""The Temporal plug-in: whatever a worker or client needs so that tasks can live there.

Our own worker, client and tests use it, and anyone else's worker may: `Worker(client, plugins=[…])`
then runs this project's tasks beside its own workflows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.plugin import SimplePlugin

from workflows.backfill import Backfill
from workflows.task import Task
from workflows.task_run import TaskRun

WORKFLOWS: tuple[type, ...] = (Task, TaskRun, Backfill)


class OnTheDotPlugin(SimplePlugin):
    """Brings the data converter, the workflows and the given activities.

    Args:
        activities: what the worker is to execute; none for a client or a replayer.
    """

    def __init__(self, activities: Sequence[Callable[..., Any]] = ()) -> None:
        super().__init__(
            "onthedot",
            data_converter=pydantic_data_converter,
            workflows=WORKFLOWS,
            activities=list(activities),
        )
