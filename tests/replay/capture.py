"""Captures histories of every situation in `shapes/`, into a new folder below `histories/`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from onthedot.activities.assembly import Activities
from onthedot.activities.permissions import Permissions
from onthedot.embedded import RAISED_LIMITS, find_binary
from onthedot.plugin import OnTheDotPlugin
from onthedot.service.temporal.connection import prepare_namespace
from onthedot.settings import Settings
from tests.activities.receiver import open_receiver
from tests.replay.shapes import SHAPES, Shape
from tests.service.foreign_code import foreign_worker
from tests.waiting import patient

HISTORIES = Path(__file__).with_name("histories")

#: So that a task continues as new within a capture.
_SUGGEST_RENEWAL_AT = 60

_AT_ONCE = 4


def new_folder(name: str, within: Path = HISTORIES) -> Path:
    """A folder that did not exist before. Raises SystemExit if it did."""
    folder = within / name
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise SystemExit(f"{folder} is there already. Give the captures another name.") from None
    return folder


async def capture(directory: Path) -> None:
    """Bring about every situation on a separate server, and write the histories."""
    found = find_binary()
    limits = {**RAISED_LIMITS, "limit.historyCount.suggestContinueAsNew": _SUGGEST_RENEWAL_AT}
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(found) if found else None,
        dev_server_extra_args=[f"--dynamic-config-value={k}={v}" for k, v in limits.items()],
        dev_server_log_level="error",
        plugins=[OnTheDotPlugin()],
    ) as environment:
        client = environment.client
        settings = Settings(allow_commands=True)
        await prepare_namespace(client, settings)
        permissions = Permissions(allow_commands=True, allow_hosts=("127.0.0.0/8",))
        activities = Activities(client, permissions)
        async with (
            Worker(client, task_queue=settings.task_queue, activities=activities.all()),
            foreign_worker(client) as queue,
            open_receiver() as receiver,
        ):
            shape = Shape(patient(client, settings), receiver, queue)
            places = asyncio.Semaphore(_AT_ONCE)
            await asyncio.gather(
                *(
                    _captured(shape, name, bring, directory, places)
                    for name, bring in SHAPES.items()
                )
            )
        await activities.close()


async def _captured(
    shape: Shape,
    name: str,
    bring: Callable[[Shape], Awaitable[list[str]]],
    directory: Path,
    places: asyncio.Semaphore,
) -> None:
    client = shape.temporal.client
    async with places:
        began = datetime.now(UTC)
        for number, workflow_id in enumerate(await bring(shape)):
            listed = client.list_workflows(f"WorkflowId = '{workflow_id}'")
            executions = sorted([one async for one in listed], key=lambda one: one.start_time)
            for part, execution in enumerate(executions):
                handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
                history = await handle.fetch_history()
                path = directory / f"{name}-{number}-{part}.json"
                events = _without_traces(history.to_json_dict())
                kept = {"workflow_id": workflow_id, "history": events}
                with path.open("x", encoding="utf-8") as file:
                    file.write(json.dumps(kept, separators=(",", ":")) + "\n")
        print(f"{name}: {(datetime.now(UTC) - began) / timedelta(seconds=1):.1f} s")


def _without_traces(value: object) -> object:
    """Without stack traces: they contain paths of a machine, and replays do not use them."""
    if isinstance(value, dict):
        return {key: _without_traces(v) for key, v in value.items() if key != "stackTrace"}
    if isinstance(value, list):
        return [_without_traces(v) for v in value]
    return value


if __name__ == "__main__":
    now = f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
    asyncio.run(capture(new_folder(sys.argv[1] if len(sys.argv) > 1 else now)))
    sys.stdout.flush()
    # The SDK can crash as the interpreter goes down (sdk-python#300).
    os._exit(0)
