"""Plans against a real server: concurrent changes, and interruptions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from onthedot.applying.comparing import make_plan
from onthedot.applying.files import FileTask, read_text
from onthedot.applying.plan import StepKind
from onthedot.applying.sending import send_steps
from onthedot.applying.yaml_output import to_yaml
from onthedot.client import AsyncOnTheDot, RevisionMismatch
from tests.definitions import recurring, unique

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server(api: httpx.AsyncClient) -> AsyncIterator[AsyncOnTheDot]:
    async with AsyncOnTheDot(str(api.base_url)) as made:
        yield made


def files(*tasks: dict[str, Any]) -> list[FileTask]:
    return read_text(to_yaml(list(tasks)), "tasks.yaml")


async def applied(server: AsyncOnTheDot, *tasks: dict[str, Any]) -> None:
    steps = await make_plan(server, files(*tasks))
    assert [o.error async for o in send_steps(server, steps, force=False)] == [None] * len(steps)


async def test_a_change_in_between_is_not_overwritten(server: AsyncOnTheDot) -> None:
    task_id, other = unique(), unique()
    await applied(server, recurring(id=task_id), recurring(id=other))
    wanted = files(
        recurring(id=task_id, description="file"), recurring(id=other, description="file")
    )
    steps = await make_plan(server, wanted)
    assert [step.kind for step in steps] == [StepKind.CHANGE] * 2
    await server.replace_task(task_id, recurring(description="hand"))
    outcomes = {o.step.task_id: o.error async for o in send_steps(server, steps, force=False)}
    assert isinstance(outcomes[task_id], RevisionMismatch)
    assert outcomes[other] is None
    assert (await server.get_task(task_id)).description == "hand"
    assert (await server.get_task(other)).description == "file"
    (again, _) = await make_plan(server, wanted)
    assert again.kind is StepKind.CONFLICT
    forced = await make_plan(server, wanted, force=True)
    assert [o.error async for o in send_steps(server, forced, force=True)] == [None]
    assert (await server.get_task(task_id)).description == "file"


async def test_one_that_is_cut_off_is_finished_by_the_next(server: AsyncOnTheDot) -> None:
    name = unique()
    await applied(server, *(recurring(id=f"{name}-{n}") for n in range(12)))
    wanted = files(*(recurring(id=f"{name}-{n}", description="new") for n in range(14)))
    steps = await make_plan(server, wanted)
    carrying = send_steps(server, steps, force=False)
    for _ in range(5):
        await anext(carrying)
    await carrying.aclose()  # type: ignore[attr-defined]  # it is a generator
    rest = await make_plan(server, wanted)
    assert 0 < sum(step.kind is StepKind.UNCHANGED for step in rest) < len(rest)
    assert not [o async for o in send_steps(server, rest, force=False) if o.error]
    assert {s.kind for s in await make_plan(server, wanted)} == {StepKind.UNCHANGED}


async def test_a_creation_that_somebody_was_faster_with_is_reported(
    server: AsyncOnTheDot,
) -> None:
    task_id = unique()
    steps = await make_plan(server, files(recurring(id=task_id)))
    await server.create_task(recurring(id=task_id, description="hand"))
    (outcome,) = [o async for o in send_steps(server, steps, force=False)]
    assert outcome.error is not None
    assert "in use" in str(outcome.error)
    assert (await server.get_task(task_id)).description == "hand"
