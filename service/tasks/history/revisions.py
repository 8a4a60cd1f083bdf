"""The revisions of a task, read from its own workflows' histories.

1. The task's current workflow shows what changed since it began. A task that continued as new, was
   armed again or was restored has earlier workflows, which are read as far as a page needs them:
   the memo of each contains its last revision.
2. Changes older than the retention are only in the journal, which says who and when, but not what.
3. A deletion counts as a revision, so a restored task begins two revisions later.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from anyio import to_thread
from temporalio.client import WorkflowExecution

from onthedot import naming
from onthedot.naming.queries import literal
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition, RevisionNotFound
from onthedot.scheduling.revisions.revision import Revision, RevisionKind, differences
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.task import TaskDefinition
from onthedot.service.ledger.definition_history import DefinitionHistory, read_definitions
from onthedot.service.tasks.finding import FoundTask
from onthedot.service.tasks.reader import TaskReader
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import Page
from onthedot.service.temporal.rows import first_rows

#: Beyond any revision.
_NEWEST = 10**9

#: The most workflows of one task that are read.
_MOST_WORKFLOWS = 200

#: How many times longer than a single call reading a long history may take.
_LONG = 4


@dataclass
class Known:
    """What was found so far, by revision."""

    revisions: dict[int, Revision] = field(default_factory=dict)
    journal: dict[int, Revision] = field(default_factory=dict)
    """Older revisions, without what they changed."""
    definitions: dict[int, TaskDefinition] = field(default_factory=dict)

    def take(self, history: DefinitionHistory) -> None:
        """Add the revisions of one workflow."""
        first = history.first
        if first is None:
            return
        last = history.definition_state
        if history.deleted is not None:
            at, by, note = history.deleted
            self._add(last.revision + 1, last.definition, at, by, RevisionKind.DELETED, note=note)
        for made in history.made:
            state, change = made.state, RevisionKind(made.kind)
            self._add(
                *(state.revision, state.definition, state.updated_at, state.updated_by),
                change,
                note=made.note,
                until=state.paused_until if change is RevisionKind.PAUSED else None,
                restores=made.restores,
            )
        self.definitions.setdefault(first.revision, first.definition)
        for entry in first.journal:
            if entry.kind and entry.made_at is not None:
                self.journal[entry.revision] = Revision(
                    revision=entry.revision,
                    at=entry.made_at,
                    by=entry.made_by,
                    change=RevisionKind(entry.kind),
                )

    def _add(
        self,
        revision: int,
        definition: TaskDefinition,
        at: datetime,
        by: str,
        change: RevisionKind,
        **more: Any,
    ) -> None:
        self.definitions[revision] = definition
        self.revisions[revision] = Revision(revision=revision, at=at, by=by, change=change, **more)

    def all_before(self, revision: int) -> list[Revision]:
        """The revisions before `revision`, newest first."""
        found = self.journal | self.revisions
        return [found[each] for each in sorted(found, reverse=True) if each < revision]

    def reach(self, revision: int, count: int) -> bool:
        """Whether `count` revisions before `revision` are known, without gaps."""
        return sum(each < revision for each in self.revisions) >= count

    def compared(self, found: Revision) -> Revision:
        """A revision with its difference from the one before."""
        if found.change in (RevisionKind.CREATED, RevisionKind.DELETED):
            return found.model_copy(update={"diff": ()})
        before = self.definitions.get(found.revision - 1)
        after = self.definitions.get(found.revision)
        if before is None or after is None:
            return found
        diff, whole = differences(before, after)
        return found.model_copy(update={"diff": diff, "abridged": not whole})


class Revisions:
    """The history of single tasks, deleted ones included."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._reader = TaskReader(temporal)

    async def page(
        self, task_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Revision]:
        """One page of revisions, newest first.

        Raises:
            TaskNotFound.
            InvalidDefinition: the cursor does not belong to this list.
        """
        before, known = _before(cursor), Known()
        async for history in self._histories(task_id, before):
            known.take(history)
            # One more, to compare the last one with, and to see whether the list continues.
            if known.reach(before, limit + 1):
                break
        found = known.all_before(before)
        items = await to_thread.run_sync(lambda: [known.compared(each) for each in found[:limit]])
        return Page(items, str(items[-1].revision) if len(found) > limit else None)

    async def definition(self, task_id: str, revision: int) -> TaskDefinition:
        """The definition as it was at a revision.

        Raises:
            TaskNotFound.
            RevisionNotFound: there never was one, or it is older than the retention.
        """
        known = Known()
        async for history in self._histories(task_id, revision + 1):
            known.take(history)
            if revision in known.definitions:
                return known.definitions[revision]
        raise RevisionNotFound(task_id, revision)

    async def _histories(self, task_id: str, before: int) -> AsyncIterator[DefinitionHistory]:
        """The histories of a task's workflows, newest first: the current one, then those that may
        have revisions before `before`."""
        found = await self._reader.find_kept(task_id)
        history = await self._read(found.execution)
        yield history
        if _begins(history):
            return
        earlier = await self._earlier(found)
        for place, (row, _) in enumerate(earlier):
            if place + 1 < len(earlier) and earlier[place + 1][1] >= before - 1:
                continue
            history = await self._read(row)
            yield history
            if _begins(history):
                return

    async def _earlier(self, found: FoundTask) -> list[tuple[WorkflowExecution, int]]:
        """The task's earlier workflows, newest first, each with the revision it ended at."""
        query = (
            f"WorkflowType = '{naming.TASK}' AND {naming.TASK_ID.name} = {literal(found.task_id)}"
        )
        rows = []
        for row in await first_rows(self._temporal, query, limit=_MOST_WORKFLOWS):
            memo = await row.memo_value(naming.TASK_MEMO, None, type_hint=TaskRow)
            of_task = memo is not None and memo.created_at == found.row.created_at
            if memo is not None and of_task and row.run_id != found.execution.run_id:
                rows.append((row, memo.revision))
        return sorted(rows, key=lambda each: each[0].start_time, reverse=True)

    async def _read(self, execution: WorkflowExecution) -> DefinitionHistory:
        handle = self._temporal.client.get_workflow_handle(execution.id, run_id=execution.run_id)
        fetched = handle.fetch_history(rpc_timeout=self._temporal.rpc_timeout)
        history = await self._temporal.ask_or_none(fetched, _LONG * self._temporal.rpc_timeout)
        if history is None:
            # Its retention has ended since it was listed.
            return DefinitionHistory()
        return await read_definitions(self._temporal.client, history, effective=False)


def _begins(history: DefinitionHistory) -> bool:
    """Whether this workflow is the task's first."""
    return history.first is not None and history.first.revision == 1 and bool(history.made)


def _before(cursor: str | None) -> int:
    if cursor is None:
        return _NEWEST
    if not re.fullmatch(r"[1-9][0-9]{0,8}", cursor, re.ASCII):
        raise InvalidDefinition(FieldProblem("cursor", "is not a cursor of this list"))
    return int(cursor)
