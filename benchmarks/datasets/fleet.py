"""Writes many tasks and the runs of a bad night directly into Temporal, in a fraction of the time
that REST and a worker would take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from benchmarks.instruments import Void
from benchmarks.instruments.in_flight import in_flight
from benchmarks.sides.stack import Stack
from benchmarks.sides.temporal_client import connected
from onthedot import naming
from onthedot.plugin import OnTheDotPlugin
from onthedot.scheduling.errors import OnTheDotError, TaskExists
from onthedot.scheduling.run import RunError
from onthedot.scheduling.stored.run_order import RunMemo
from onthedot.scheduling.task import NewTask
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.connection import prepare_namespace


async def prepared(stack: Stack) -> Temporal:
    """A stack's Temporal, once it is up and prepared. Raises Void if it does not start."""
    await prepare_namespace(await connected(stack), stack.settings)
    return Temporal(await connected(stack, OnTheDotPlugin()), stack.settings)


async def seed(
    temporal: Temporal, tasks: int, definition: Callable[[int], dict[str, object]]
) -> float:
    """Register `tasks` tasks, defined by `definition(number)`. Returns the seconds it took."""

    async def one(number: str) -> None:
        await registered(temporal, definition(int(number)))

    return await in_flight(one, [str(number) for number in range(tasks)])


#: Over how many tasks the failed runs are spread.
FAILING_TASKS = 300
_TRIES = 100
_QUEUE = "nobody"
_LOOKS = 400
_HOSTS = ("billing", "ledger", "search", "mail")


async def waiting(temporal: Temporal, count: int, due: datetime) -> list[str]:
    """Registers one-time tasks, and returns their ids. The number is a word in the middle of a
    name."""
    names = [f"{number:06}" for number in range(count)]

    async def one(number: str) -> None:
        name = f"Settle account {number} of the northern branch"
        tags = ["accounts", f"team-{int(number) % 7}"]
        task = {"id": f"settle-{number}", "name": name, "tags": tags}
        action = {"kind": "http", "url": f"https://ledger.example.com/accounts/{number}"}
        await registered(
            temporal, task | {"action": action, "trigger": {"kind": "once", "at": due.isoformat()}}
        )

    await in_flight(one, names)
    return [f"settle-{number}" for number in names]


async def registered(temporal: Temporal, task: dict[str, object]) -> None:
    """Registers one task, however busy Temporal is."""
    new = NewTask.model_validate(task)
    for _ in range(_TRIES):
        try:
            await Tasks(temporal).create(new, by="benchmark")
        except TaskExists:
            # The response came too late, but it was registered.
            return
        except OnTheDotError as error:
            if not error.retryable:
                raise
            await asyncio.sleep(0.5)
        else:
            return


async def night(temporal: Temporal, failed: int, length: timedelta) -> None:
    """Lets this many runs fail, as if they had been due over the time that has just passed.

    They time out because no worker takes them. Reading them costs the same as for any failure.
    """
    now = datetime.now(UTC)

    async def one(name: str) -> None:
        number = int(name)
        task_id = f"task-{number % FAILING_TASKS}"
        at = now - length * (number / failed)
        run_id = naming.direct_run(task_id, name)
        await run(temporal.client, task_id, at, run_id, limit=timedelta(seconds=1))

    await in_flight(one, list(map(str, range(failed))))
    query = f"WorkflowType = '{naming.TASK_RUN}' AND ExecutionStatus = 'TimedOut'"
    for _ in range(_LOOKS):
        if (await temporal.client.count_workflows(query)).count >= failed:
            return
        await asyncio.sleep(0.5)
    raise Void("Not all runs have failed.")


async def run(
    client: Client, task_id: str, at: datetime, workflow_id: str, limit: timedelta | None = None
) -> None:
    """Starts a run that looks like a failed run to lists, on a queue that nobody polls."""
    host = _HOSTS[at.second % len(_HOSTS)]
    message = f"POST http://{host}:8000/{task_id}: no connection (Connection refused)."
    memo = RunMemo(
        scheduled_for=at,
        started_at=at,
        lateness=timedelta(0),
        attempts=3,
        error=RunError(type="ConnectionFailed", message=message),
        name=f"The name of {task_id}",
    )
    attributes = TypedSearchAttributes(
        [
            SearchAttributePair(naming.CAUSE, "trigger"),
            SearchAttributePair(naming.TASK_ID, task_id),
            SearchAttributePair(naming.DUE, at),
        ]
    )
    for _ in range(_TRIES):
        with suppress(RPCError):
            # The response came too late, but it exists.
            with suppress(WorkflowAlreadyStartedError):
                await client.start_workflow(
                    naming.TASK_RUN,
                    0,
                    id=workflow_id,
                    task_queue=_QUEUE,
                    execution_timeout=limit,
                    search_attributes=attributes,
                    memo={naming.RUN_MEMO: memo},
                )
            return
