"""Lists skipped occurrences as runs, although Temporal has no runs for them.

1. In the requested period, or the last day, they come from the ledgers: all skipped instants of one
   task or, without a task, of all tasks that had anything due.
2. Earlier ones are listed only if there are runs for them, which ended as skipped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from onthedot import naming
from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.errors import InvalidDefinition, RunNotFound, TaskNotFound
from onthedot.scheduling.ledger.audit_report import JUST_BEFORE
from onthedot.scheduling.ledger.entries import LedgerEntry, LedgerState
from onthedot.scheduling.run import Links, Run, RunCause, RunError, RunStatus, ShortRun
from onthedot.service.ledger.audit_walk import walk
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.ledger.recurring import RecurringTasks
from onthedot.service.runs.listing import RunFilter, RunList
from onthedot.service.runs.of_tasks import named, task_ids
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import Cursor, Page, cursor_key

#: How far back the ledgers are read without a `since`.
SPAN = timedelta(days=1)

#: How many ledgers one call reads at most.
MOST_LEDGERS = 200

_SIDE_BY_SIDE = 8
_SECOND = timedelta(seconds=1)
_LEDGERS = b"ledgers:"


class SkippedRuns:
    """Lists skipped occurrences."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._runs = RunList(temporal)
        self._ledger = Ledger(temporal)

    async def page(
        self, which: RunFilter, *, limit: int = 50, cursor: str | None = None
    ) -> Page[ShortRun]:
        """One page, latest instants first.

        Raises:
            InvalidDefinition: the cursor does not belong to this walk, or too many tasks match.
        """
        text, key = f"skipped {which.text}", await cursor_key(self._temporal)
        place = Cursor.decoded(cursor, text, self._temporal.now(), key)
        since, until = _span(which, place.began)
        token, items = place.token, list[ShortRun]()
        if token is None or token.startswith(_LEDGERS):
            at = int((token or _LEDGERS).removeprefix(_LEDGERS) or b"0")
            told = await self._told(which, since, until)
            items, token = told[at : at + limit], None
            if at + limit < len(told):
                following = Cursor(_LEDGERS + str(at + limit).encode(), place.began)
                return Page(items, following.encoded(text, key))
        if which.since is not None or len(items) == limit:
            more = which.since is None
            following = Cursor(b"", place.began)
            return Page(items, following.encoded(text, key) if more else None)
        earlier = replace(which, until=since - _SECOND)
        inner = Cursor(token, place.began).encoded(earlier.text, key) if token else None
        rest = await self._runs.page(earlier, limit=limit - len(items), cursor=inner)
        if rest.next_cursor is None:
            return Page([*items, *rest.items])
        there = Cursor.decoded(rest.next_cursor, earlier.text, place.began, key)
        return Page([*items, *rest.items], Cursor(there.token, place.began).encoded(text, key))

    async def count(self, which: RunFilter) -> int:
        """How many there are. Raises like `page`."""
        since, until = _span(which, self._temporal.now())
        told = len(await self._told(which, since, until))
        if which.since is not None:
            return told
        return told + await self._runs.count(replace(which, until=since - _SECOND))

    async def one(self, address: RunAddress) -> Run:
        """A skipped instant by the id that a list gives it.

        Raises:
            RunNotFound: nothing was skipped then.
        """
        nominal = naming.nominal_instant(address.workflow_id)
        task_id = address.run_id.partition("~")[0]
        if nominal is not None:
            for run in await self._of(task_id, nominal, nominal + _SECOND):
                if run.id == address.run_id:
                    found = (await named(self._temporal, [run]))[0]
                    return Run.model_validate(found.model_dump())
        raise RunNotFound(address.run_id)

    async def _told(self, which: RunFilter, since: datetime, until: datetime) -> list[ShortRun]:
        if which.cause not in (None, RunCause.TRIGGER):
            return []
        places = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def of(task_id: str) -> list[ShortRun]:
            async with places:
                return await self._of(task_id, since, until)

        ids = await self._candidates(which, since, until)
        found = [run for runs in await asyncio.gather(*map(of, ids)) for run in runs]
        fitting = [
            run
            for run in found
            if which.error is None or (run.error is not None and run.error.type == which.error)
        ]
        fitting.sort(key=lambda run: (run.scheduled_for, run.id), reverse=True)
        return await named(self._temporal, fitting)

    async def _candidates(
        self, which: RunFilter, since: datetime, until: datetime
    ) -> Sequence[str]:
        if which.task_id is not None:
            return [which.task_id]
        asked = None
        if which.tasks is not None and which.tasks.described():
            asked = await task_ids(self._temporal, which.tasks)
            if len(asked) <= MOST_LEDGERS:
                return asked
        tasks = RecurringTasks(self._temporal)
        walked = await walk(self._temporal, tasks, since - JUST_BEFORE, until)
        ids = set(walked.differing)
        return sorted(ids if asked is None else ids.intersection(asked))[:MOST_LEDGERS]

    async def _of(self, task_id: str, since: datetime, until: datetime) -> list[ShortRun]:
        try:
            page = await self._ledger.of(task_id, since, until)
        except TaskNotFound:
            return []
        except InvalidDefinition:
            # Too many instants, so take the latest ones.
            page = await self._ledger.of(task_id, None, until)
        return [self._run(task_id, entry) for entry in page.items if _skipped(entry)]

    def _run(self, task_id: str, entry: LedgerEntry) -> ShortRun:
        if entry.run is not None:
            return entry.run
        workflow_id = naming.scheduled_run(task_id, entry.at)
        error = RunError(type=entry.reason.value, message=entry.detail) if entry.reason else None
        return ShortRun(
            id=RunAddress(workflow_id, naming.NO_EXECUTION).run_id,
            task_id=task_id,
            status=RunStatus.SKIPPED,
            scheduled_for=entry.at,
            error=error,
            links=Links(temporal_ui=self._temporal.ui_link(naming.task_workflow(task_id))),
        )


def _span(which: RunFilter, now: datetime) -> tuple[datetime, datetime]:
    until = min(which.until or now, now)
    earliest = datetime(1970, 1, 1, tzinfo=UTC) + SPAN
    since = which.since if which.since is not None else max(until, earliest) - SPAN
    return min(since, until), until


def _skipped(entry: LedgerEntry) -> bool:
    if entry.run is not None:
        return entry.run.status is RunStatus.SKIPPED
    return entry.state is LedgerState.SKIPPED
