"""`POST /tasks:batch`: many registrations in one call, each with its own result."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence

from fastapi import APIRouter
from pydantic import JsonValue, TypeAdapter

from onthedot.api import problems
from onthedot.api.deps import Caller, TemporalDep
from onthedot.api.documented import refusals
from onthedot.api.errors import invalid_request
from onthedot.api.json_body import InvalidBody, JsonRoute, parse
from onthedot.api.routes.tasks.tasks import IdempotencyKey
from onthedot.messages.problems import Problem
from onthedot.messages.tasks import Batch, BatchResults, Refused, Registered
from onthedot.scheduling.errors import OnTheDotError, TaskExists
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.task import NewTask
from onthedot.service.arithmetic import of_batch
from onthedot.service.tasks.registering.pace import Pace
from onthedot.service.tasks.registering.warnings import with_warnings
from onthedot.service.tasks.tasks import Tasks

#: How many registrations are under way at once, unless Temporal is slow.
_AT_ONCE = 16

#: After this many in a row without a response of Temporal, the rest is not tried. Before that, none
#: starts while others still wait for Temporal.
_PATIENCE = 8

_NEW_TASK: TypeAdapter[NewTask] = TypeAdapter(NewTask)

router = APIRouter(route_class=JsonRoute, tags=["tasks"])


@router.post(
    "/tasks:batch",
    summary="Register many tasks",
    responses=refusals(503, body=True),
)
async def create_tasks(
    batch: Batch, temporal: TemporalDep, caller: Caller, idempotency_key: IdempotencyKey = None
) -> BatchResults:
    """Up to 1,000, each with its own result: `{"status": 201, "task": …}` or `{"status": 409,
    "problem": …}`. If an id occurs twice, the first task counts and the others are refused. An
    Idempotency-Key applies to the whole batch: repeating the same batch returns the same tasks.
    Triggers that take very long to check are refused with `/errors/busy` once they have taken five
    seconds together. 503 for all only if none was registered."""
    tasks = Tasks(temporal, of_batch())
    results = await _Registration(tasks, caller, idempotency_key).all(batch.tasks)
    there = [result.task for result in results if isinstance(result, Registered)]
    warned = iter(await with_warnings(temporal, *there))
    return BatchResults(
        results=[
            result.model_copy(update={"task": next(warned)})
            if isinstance(result, Registered)
            else result
            for result in results
        ]
    )


class _Registration:
    """Registers the tasks of one batch. Once Temporal is unavailable, the rest is not tried."""

    def __init__(self, tasks: Tasks, caller: str, key: str | None) -> None:
        self._tasks = tasks
        self._caller = caller
        self._key = key
        self._pace = Pace(_AT_ONCE)
        self._away: TemporalUnavailable | None = None
        self._missed = 0
        self._asked = 0
        self._trying = 0
        self._again: set[int] = set()
        self._ended = asyncio.Event()

    async def all(self, items: tuple[dict[str, JsonValue], ...]) -> list[Registered | Refused]:
        """One result for each task. Raises TemporalUnavailable if none could be registered because
        of it."""
        self._again = _repeated(items)
        waiting = iter(enumerate(items))
        parts = await asyncio.gather(*(self._some(waiting) for _ in range(_AT_ONCE)))
        found = dict(pair for part in parts for pair in part)
        results = [found[number] for number in range(len(items))]
        if self._away is not None and not any(isinstance(r, Registered) for r in results):
            raise self._away
        return results

    async def _some(
        self, waiting: Iterator[tuple[int, dict[str, JsonValue]]]
    ) -> list[tuple[int, Registered | Refused]]:
        return [(number, await self._one(number, item)) for number, item in waiting]

    async def _one(self, number: int, item: dict[str, JsonValue]) -> Registered | Refused:
        if number in self._again:
            return _refused(problems.problem(problems.KINDS[TaskExists.code], _TWICE))
        await self._pace.turn()
        began = time.monotonic()
        try:
            await self._its_turn()
            began = time.monotonic()
            return await self._registered(number, item)
        except InvalidBody as error:
            return _refused(invalid_request(error.problems))
        except OnTheDotError as error:
            return _refused(problems.problem_of(error))
        finally:
            self._pace.ended(time.monotonic() - began)

    async def _its_turn(self) -> None:
        """If Temporal did not respond, wait for the calls in flight, which show whether it does
        again."""
        while self._missed and self._trying and self._missed < _PATIENCE:
            self._ended.clear()
            await self._ended.wait()
        if self._away is not None and self._missed >= min(_PATIENCE, self._asked):
            raise self._away

    async def _registered(self, number: int, item: dict[str, JsonValue]) -> Registered:
        new = parse(json.dumps(item).encode(), _NEW_TASK)
        key = f"{self._key}/{number}" if self._key else ""
        self._trying += 1
        self._asked += 1
        try:
            task = await self._tasks.create(new, by=self._caller, idempotency_key=key)
        except TemporalUnavailable as error:
            self._away = error
            self._missed += 1
            raise
        finally:
            self._trying -= 1
            self._ended.set()
        self._missed = 0
        return Registered(status=201, task=task)


_TWICE = (
    "This id comes more than once in the batch. The first task that has it counts; give this one "
    "another id."
)


def _repeated(items: Sequence[dict[str, JsonValue]]) -> set[int]:
    """The positions of repeated ids."""
    seen: set[str] = set()
    again: set[int] = set()
    for number, item in enumerate(items):
        task_id = item.get("id")
        if isinstance(task_id, str):
            if task_id in seen:
                again.add(number)
            seen.add(task_id)
    return again


def _refused(found: Problem) -> Refused:
    return Refused(status=found.status, problem=found)
