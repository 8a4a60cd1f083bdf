"""When a trigger would fire, told before anything is registered."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

import naming
from scheduling.errors import FieldProblem, InvalidDefinition
from scheduling.jitter import jitter_seed
from scheduling.occurrences import next_occurrences
from scheduling.recurrence import LAST_YEAR
from scheduling.trigger import OnceTrigger, Trigger
from scheduling.trigger_check import settle_trigger
from scheduling.words import describe, warnings
from service.temporal import Temporal

#: A one-time instant may be past by so much, as a task's may that says nothing else.
_CATCHUP = timedelta(hours=1)


@dataclass(frozen=True)
class Preview:
    """The next runs of a trigger, in UTC, with the trigger in words and what surprises in it."""

    next_runs: tuple[datetime, ...]
    description: str
    warnings: tuple[str, ...]


async def preview(
    temporal: Temporal, trigger: Trigger, *, count: int, after: datetime | None, task_id: str | None
) -> Preview:
    """The first `count` runs after an instant, which defaults to now.

    `H` depends on the task's id. So does jitter: with an id the runs are the very instants that
    jitter leads to, without one they are nominal. Temporal is asked only where jitter and an id
    are given.

    Raises:
        InvalidDefinition: the trigger means nothing or could never fire, or `after` is too far.
        TemporalUnavailable: jitter and an id are given, and Temporal does not answer.
    """
    now = temporal.now()
    if after is not None and after.year > LAST_YEAR:
        raise InvalidDefinition(FieldProblem("after", f"nothing is due after {LAST_YEAR}"))
    seed = None
    if task_id is not None and not isinstance(trigger, OnceTrigger) and trigger.jitter:
        seed = jitter_seed(await _namespace_id(temporal), naming.schedule(task_id))
    # A rare expression is looked for through many years: that must not hold up other calls.
    return await asyncio.to_thread(_preview, trigger, count, after or now, now, task_id or "", seed)


def _preview(
    trigger: Trigger, count: int, after: datetime, now: datetime, key: str, seed: str | None
) -> Preview:
    settled = settle_trigger(trigger, now=now, catchup_window=_CATCHUP, key=key)
    limit = None if isinstance(settled, OnceTrigger) else settled.max_runs
    found = next_occurrences(
        settled, after=after, count=count, key=key, remaining=limit, jitter_seed=seed
    )
    return Preview(
        next_runs=tuple(found),
        description=describe(settled, key=key),
        warnings=tuple(warnings(settled, after=after, key=key)),
    )


async def _namespace_id(temporal: Temporal) -> str:
    described = await temporal.ask(
        temporal.client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=temporal.client.namespace)
        )
    )
    return described.namespace_info.id
