"""The log lists skipped occurrences, although Temporal has no runs for them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from onthedot.scheduling.errors import RunNotFound, WrongState
from onthedot.scheduling.ledger.entries import LedgerEntry, LedgerState
from onthedot.scheduling.run import RunStatus, ShortRun
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.ledger.skipped import SkippedRuns
from onthedot.service.runs.listing import RunFilter
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import command, every, new_task, unique
from tests.waiting import eventually, until

pytestmark = pytest.mark.anyio


async def _all(skipped: SkippedRuns, which: RunFilter, limit: int) -> list[ShortRun]:
    found: list[ShortRun] = []
    cursor: str | None = None
    while True:
        page = await skipped.page(which, limit=limit, cursor=cursor)
        found += page.items
        if (cursor := page.next_cursor) is None:
            return found


async def test_what_the_ledger_shows_as_skipped_is_in_the_log(
    temporal: Temporal, tasks: Tasks, runs: Runs
) -> None:
    tag = unique("skipped")
    began = temporal.now()
    new = new_task(tag, every(1), name="Slow one", tags=[tag], action=command("sleep", "60"))
    await tasks.create(new, by="t")

    async def entries() -> tuple[LedgerEntry, ...]:
        return (await Ledger(temporal).of(tag, began, temporal.now())).items

    async def several() -> list[datetime] | None:
        told = [entry.at for entry in await entries() if entry.state is LedgerState.SKIPPED]
        return told if len(told) >= 4 else None

    end = (await eventually(several))[-1]
    await tasks.pause(tag, by="t")
    # What is due is settled ten seconds later.
    await until(end + timedelta(seconds=11))
    skipped, settled = SkippedRuns(temporal), await entries()
    expected = [e.at for e in settled if e.state is LedgerState.SKIPPED and e.at <= end]
    assert len(expected) >= 4, settled

    def instants(found: list[ShortRun]) -> list[datetime]:
        assert {run.status for run in found} == {RunStatus.SKIPPED}
        assert {run.task_name for run in found} == {"Slow one"}
        return [run.scheduled_for for run in found]

    of_task = RunFilter(task_id=tag, status=RunStatus.SKIPPED, until=end)
    everything = RunFilter(status=RunStatus.SKIPPED, since=began, until=end)
    by_tag = RunFilter(status=RunStatus.SKIPPED, until=end, tasks=TaskFilter(tags=(tag,)))
    for which, limit in ((of_task, 50), (of_task, 2), (by_tag, 3), (of_task, len(expected))):
        assert instants(await _all(skipped, which, limit)) == expected[::-1]
    mine = [run for run in await _all(skipped, everything, 50) if run.task_id == tag]
    assert instants(mine) == expected[::-1]
    assert await skipped.count(of_task) == len(expected)
    assert await _all(skipped, RunFilter(**{**vars(of_task), "error": "excluded"}), 5) == []

    read = await runs.get(mine[-1].id)
    assert (read.status, read.scheduled_for) == (RunStatus.SKIPPED, expected[0])
    assert read.error is not None
    assert (read.error.type, "overlap policy" in read.error.message) == ("overlap", True)
    with pytest.raises(WrongState):
        await runs.cancel(mine[-1].id)
    with pytest.raises(RunNotFound):
        await runs.get(f"{tag}~20200101T000000Z~skipped")
    await tasks.delete(tag, by="t")
