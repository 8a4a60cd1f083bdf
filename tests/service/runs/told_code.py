"""Activities and workflows of a user that ask which run they belong to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError

import onthedot


def _said() -> dict[str, Any]:
    run = onthedot.current_run()
    if run is None:
        return {}
    return run._asdict() | {"scheduled_for": run.scheduled_for.isoformat()}


@activity.defn
async def which_run(failures: int) -> dict[str, Any]:
    if activity.info().attempt <= failures:
        raise ApplicationError("not yet")
    return _said()


@activity.defn
def which_run_in_a_thread() -> dict[str, Any]:
    return _said()


@activity.defn
async def echo(*arguments: Any) -> list[Any]:
    return list(arguments)


@workflow.defn
class WhichRun:
    """Says what it is told, what its own activity is, and what its arguments were."""

    @workflow.run
    async def run(self, *arguments: Any) -> dict[str, Any]:
        inner = await workflow.execute_activity(
            echo, args=["inner"], start_to_close_timeout=timedelta(seconds=30)
        )
        return {"run": _said(), "inner": inner, "arguments": list(arguments)}


@workflow.defn
class AsksForItself:
    """Started by no task."""

    @workflow.run
    async def run(self) -> list[dict[str, Any]]:
        activity_said = await workflow.execute_activity(
            which_run, 0, start_to_close_timeout=timedelta(seconds=30)
        )
        return [_said(), activity_said]
