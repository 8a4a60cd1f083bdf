"""Updates that Temporal refuses for a moment are sent again."""

from __future__ import annotations

import pytest
from temporalio.service import RPCError, RPCStatusCode

from onthedot.service.temporal.updates import sent

pytestmark = pytest.mark.anyio


# Whether an Update meets a workflow that is about to go on in a new execution is up to chance.
@pytest.mark.parametrize("name", ["FAILED_PRECONDITION", "RESOURCE_EXHAUSTED"])
async def test_an_update_that_is_refused_for_a_moment_is_sent_again(name: str) -> None:
    ids: list[str] = []

    async def send(update_id: str) -> str:
        ids.append(update_id)
        if len(ids) < 3:
            raise RPCError("workflow is closing", RPCStatusCode[name], b"")
        return "done"

    assert await sent(send) == "done"
    assert len(ids) == 3
    assert len(set(ids)) == 1


async def test_another_error_is_reported_at_once() -> None:
    tries = 0

    async def send(_: str) -> None:
        nonlocal tries
        tries += 1
        raise RPCError("no such workflow", RPCStatusCode.NOT_FOUND, b"")

    with pytest.raises(RPCError):
        await sent(send)
    assert tries == 1
