"""Carries out a plan step by step, and continues after failed steps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio

from onthedot.applying.comparing import AT_ONCE
from onthedot.applying.plan import Step, StepKind
from onthedot.client import AsyncOnTheDot, CallFailed, ProblemResponse
from onthedot.client.errors import of_problem
from onthedot.messages.tasks import Registered

T = TypeVar("T")

#: How many tasks one call registers.
_BATCH = 100

#: After this many consecutive rounds without success, the rest is not attempted.
_PATIENCE = 3


@dataclass(frozen=True)
class Outcome:
    """The result of a step."""

    step: Step
    error: CallFailed | None = None


async def send_steps(
    server: AsyncOnTheDot, steps: Sequence[Step], *, force: bool
) -> AsyncIterator[Outcome]:
    """The outcome of each step that changes something, as soon as it is known.

    Creations go first, deletions last, so an interruption loses nothing.

    Raises:
        CallFailed: the server is unreachable. Repeating the call does the remaining steps.
    """
    creations = [step for step in steps if step.kind is StepKind.CREATE]
    for some in _parts(creations, _BATCH):
        for outcome in await _created(server, some):
            yield outcome
    for kind in (StepKind.CHANGE, StepKind.DELETE):
        async for outcome in _each(server, [s for s in steps if s.kind is kind], force):
            yield outcome


async def _created(server: AsyncOnTheDot, steps: Sequence[Step]) -> list[Outcome]:
    bodies = [{"id": step.task_id, **_body(step)} for step in steps]
    results = (await server.create_tasks(bodies)).results
    return [
        Outcome(step, None if isinstance(result, Registered) else of_problem(result.problem))
        for step, result in zip(steps, results, strict=True)
    ]


async def _each(
    server: AsyncOnTheDot, steps: Sequence[Step], force: bool
) -> AsyncIterator[Outcome]:
    away = 0
    for some in _parts(steps, AT_ONCE):
        outcomes: list[Outcome] = []

        async def one(step: Step, into: list[Outcome] = outcomes) -> None:
            try:
                await _change(server, step, force)
            except CallFailed as error:
                into.append(Outcome(step, error))
            else:
                into.append(Outcome(step))

        async with anyio.create_task_group() as group:
            for step in some:
                group.start_soon(one, step)
        for outcome in outcomes:
            yield outcome
        lost = [o.error for o in outcomes if o.error is not None and o.error.retryable]
        away = away + 1 if len(lost) == len(outcomes) else 0
        if lost and (away == _PATIENCE or not isinstance(lost[0], ProblemResponse)):
            raise lost[0]


async def _change(server: AsyncOnTheDot, step: Step, force: bool) -> None:
    before = step.before
    assert before is not None, step
    expected = None if force else before.revision
    if step.kind is StepKind.CHANGE:
        await server.replace_task(step.task_id, _body(step), if_match=expected)
    else:
        await server.delete_task(step.task_id, if_match=expected)


def _body(step: Step) -> dict[str, Any]:
    assert step.wanted is not None, step
    return step.wanted.body()


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
