"""The ledger of a task that was changed so often that its workflow continued as new."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.revisions.revision import Revision
from onthedot.scheduling.stored.task_state import JOURNAL_LENGTH
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.overview import health
from onthedot.service.tasks.history.revisions import Revisions
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import definition, every, new_task
from tests.waiting import eventually
from tests.workflows.private_temporal import PrivateTemporal
from tests.workflows.renewals import renewed

pytestmark = [pytest.mark.anyio, pytest.mark.faults]


@pytest.fixture
async def hasty(
    anyio_backend: object, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Temporal]:
    """A Temporal that suggests to continue as new after few events."""
    server = PrivateTemporal(
        tmp_path_factory.mktemp("temporal"), **{"limit.historyCount.suggestContinueAsNew": 40}
    )
    temporal = await server.start()
    server.start_worker()

    async def polls() -> bool:
        return bool((await health.check(temporal)).workers)

    await eventually(polls)
    yield temporal
    server.end()


async def test_nothing_of_its_past_is_lost(hasty: Temporal) -> None:
    tasks, ledger = Tasks(hasty), Ledger(hasty)
    # On a busy machine a run may take longer than a second.
    beside = {"overlap": "allow_all"}
    await tasks.create(new_task("often", every(1), **beside), by="t")
    since = hasty.now()
    revisions = JOURNAL_LENGTH + 6

    async def ran_first() -> bool:
        page = await ledger.of("often", since, hasty.now())
        return any(entry.state is LedgerState.RAN for entry in page.items)

    await eventually(ran_first)
    for revision in range(2, revisions + 1):
        changed = definition(every(1), name=f"Revision {revision}", paused=revision == 30, **beside)
        await tasks.replace("often", changed, by="t")
        if revision % 10 == 0:
            await renewed(hasty, "often", revision // 10 + 1)

    async def ran_last() -> bool:
        page = await ledger.of("often", since, hasty.now())
        return any(e.revision == revisions and e.state is LedgerState.RAN for e in page.items)

    await eventually(ran_last)
    page = await ledger.of("often", since - timedelta(hours=1), hasty.now())
    at = [entry.at for entry in page.items]
    assert at == [at[0] + n * timedelta(seconds=1) for n in range(len(at))]
    unknown = [entry for entry in page.items if entry.state is LedgerState.UNKNOWN]
    assert unknown == []
    assert {entry.reason for entry in page.items if entry.state is LedgerState.SKIPPED} <= {
        Reason.PAUSED,
        Reason.OVERLAP,
        Reason.EDITED,
    }
    assert page.since - since < timedelta(seconds=1)
    assert min(entry.revision or 0 for entry in page.items) == 1
    await _its_history_is_whole(hasty, revisions)


async def _its_history_is_whole(temporal: Temporal, revisions: int) -> None:
    """Across the workflows that the task went on as, a page at a time."""
    found: list[Revision] = []
    cursor: str | None = None
    while cursor is not None or not found:
        here = await Revisions(temporal).page("often", limit=9, cursor=cursor)
        found += here.items
        cursor = here.next_cursor
    assert [each.revision for each in found] == list(range(revisions, 0, -1))
    assert all(each.diff for each in found[:-1])
    then = await Revisions(temporal).definition("often", 3)
    assert then.name == "Revision 3"
