"""The definitions of a task over time, read only from its workflows' histories.

1. A workflow's input is the task's whole state, with the journal of its definitions.
2. Each accepted Update is a change; the memo that follows says since when it applies. A new
   revision in a memo without an Update is a pause that ended by itself.
3. An Update's result says up to which instant the schedule followed the earlier definition.
4. If the journal does not reach back far enough (a finished task was armed again, or a task was
   changed very often), the task's earlier workflows are read in the same way.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory

from onthedot import naming
from onthedot.activities.attempts.events import instant_of
from onthedot.scheduling.ledger.expected import Period
from onthedot.scheduling.stored.task_change import Change, ChangeKind, apply_change
from onthedot.scheduling.stored.task_row import TaskRow
from onthedot.scheduling.stored.task_state import JournalEntry, TaskState
from onthedot.service.temporal.raw_rows import decoded, decoded_text

#: How long a change takes to reach the schedule, if that is not recorded.
TAKES_OVER = timedelta(seconds=10)


@dataclass(frozen=True)
class MadeRevision:
    """A change, and the state that it led to."""

    state: TaskState
    kind: str
    """As `Change.word` has it, or `created`."""
    note: str = ""
    restores: int | None = None


@dataclass
class DefinitionHistory:
    """One workflow of a task."""

    state: TaskState | None = None
    first: TaskState | None = None
    """Its input."""
    made: list[MadeRevision] = field(default_factory=list)
    """The changes that were made in it, or that started it."""
    deleted: tuple[datetime, str, str] | None = None
    """When, by whom, and why."""
    entries: list[JournalEntry] = field(default_factory=list)
    effective: dict[int, datetime] = field(default_factory=dict)
    """By revision: since when the schedule certainly followed it."""
    taken_up_at: datetime | None = None

    @property
    def definition_state(self) -> TaskState:
        """The state after the last change. Only if the history was read."""
        assert self.state is not None
        return self.state

    def periods(self, ended_at: datetime | None) -> list[Period]:
        """The definitions in order, the last one until `ended_at`."""
        if not self.entries:
            return []
        starts = [
            self._start(entry, before)
            for entry, before in zip(self.entries, [None, *self.entries], strict=False)
        ]
        following = [*starts[1:], (ended_at, ended_at)]
        return [
            Period(
                entry=entry,
                since=since,
                sure_since=sure if sure != since else None,
                until=next_sure,
                sure_until=next_since if next_since != next_sure else None,
            )
            for entry, (since, sure), (next_since, next_sure) in zip(
                self.entries, starts, following, strict=True
            )
            if since is not None
        ]

    def _start(
        self, entry: JournalEntry, before: JournalEntry | None
    ) -> tuple[datetime | None, datetime | None]:
        if before is not None and before.revision == entry.revision:
            # Only the calendars changed: this instant came from the schedule itself.
            return entry.since, entry.since
        effective = self.effective.get(entry.revision)
        if effective is not None:
            return effective, effective
        return entry.since, entry.since + TAKES_OVER


async def read_definitions(
    client: Client, history: WorkflowHistory, *, effective: bool = True
) -> DefinitionHistory:
    """Read one workflow of a task; with `effective`, also since when the schedule followed each
    revision, which takes most of the time."""
    definitions, changes = DefinitionHistory(), deque[tuple[Change, datetime]]()
    for event in history.events:
        if (
            effective
            or event.event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED
        ):
            await _take(definitions, changes, client, event)
    while changes:
        change, at = changes.popleft()
        _adopt(definitions, change, at)
    return definitions


async def _take(
    definitions: DefinitionHistory,
    changes: deque[tuple[Change, datetime]],
    client: Client,
    event: HistoryEvent,
) -> None:
    at = instant_of(event.event_time)
    match event.event_type:
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
            started = event.workflow_execution_started_event_attributes
            definitions.state = await decoded(client, started.input.payloads, TaskState)
            definitions.first = definitions.state
            # A task that was restored as finished has nothing due again.
            definitions.entries = [] if definitions.state.ended_as else [*definitions.state.journal]
            memo = started.memo.fields
            why = await decoded_text(client, memo[naming.NOTE]) if naming.NOTE in memo else ""
            continued = bool(started.continued_execution_run_id)
            _note_start(definitions, definitions.state, continued, why)
            if not started.continued_execution_run_id and definitions.entries:
                definitions.effective[definitions.entries[-1].revision] = definitions.entries[
                    -1
                ].since
            elif started.continued_execution_run_id:
                definitions.taken_up_at = at
        case EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED if (
            definitions.definition_state.due is not None
        ):
            # A one-time task may run immediately, during its first workflow task.
            definitions.taken_up_at = definitions.taken_up_at or at
        case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            definitions.taken_up_at = definitions.taken_up_at or at
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            accepted = event.workflow_execution_update_accepted_event_attributes
            request = accepted.accepted_request
            change = await decoded(client, request.input.args.payloads, Change)
            if change.kind is not ChangeKind.DELETE:
                changes.append((change, at))
            elif definitions.deleted is None:
                definitions.deleted = (at, change.by, change.note)
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
            outcome = event.workflow_execution_update_completed_event_attributes.outcome
            if outcome.success.payloads:
                state = await decoded(client, outcome.success.payloads, TaskState)
                definitions.effective |= _dated(state)
        case EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED:
            memo = event.workflow_properties_modified_event_attributes.upserted_memo.fields
            if naming.TASK_MEMO in memo:
                row = await decoded(client, [memo[naming.TASK_MEMO]], TaskRow)
                _catch_up(definitions, changes, row, at)
                _keep_to(definitions, row)


def _catch_up(
    definitions: DefinitionHistory,
    changes: deque[tuple[Change, datetime]],
    row: TaskRow,
    at: datetime,
) -> None:
    """Apply the change that led to the revision of this memo."""
    while definitions.definition_state.revision < row.revision:
        last = definitions.definition_state.revision + 1 == row.revision
        if changes:
            change, accepted_at = changes.popleft()
        else:
            change = Change(kind=ChangeKind.RESUME, by=row.updated_by, not_after=at)
            accepted_at = row.updated_at
        when = row.updated_at if last else accepted_at
        _adopt(definitions, change, when)


def _keep_to(definitions: DefinitionHistory, row: TaskRow) -> None:
    """Record since when the schedule used other revisions of calendars."""
    state = definitions.definition_state
    if row.calendars_since is None or row.calendars == state.calendars:
        return
    kept = state.keeping_to(row.calendars, since=row.calendars_since)
    if kept.journal[-2:-1] == state.journal[-1:]:
        definitions.entries.append(kept.journal[-1])
    elif definitions.entries:
        definitions.entries[-1] = kept.journal[-1]
    definitions.state = kept


def _dated(state: TaskState) -> dict[int, datetime]:
    """Since when the schedule followed each revision, as far as the task has recorded it."""
    # If a revision's calendars changed, its first entry counts.
    return {
        entry.revision: entry.since
        for entry in reversed(state.journal)
        if entry.revision != state.revision or entry.since != state.updated_at
    }


def _note_start(
    definitions: DefinitionHistory, state: TaskState, continued: bool, why: str
) -> None:
    if state.deleted_at is not None:
        definitions.deleted = (state.deleted_at, state.deleted_by, why)
    elif not continued:
        kind = state.journal[-1].kind if state.journal else ""
        kind = kind or ("created" if state.revision == 1 else "replaced")
        definitions.made.append(MadeRevision(state, kind))


def _adopt(definitions: DefinitionHistory, change: Change, at: datetime) -> None:
    definitions.state = state = apply_change(definitions.definition_state, change, at=at)
    definitions.entries.append(state.journal[-1])
    note = change.note if change.kind is not ChangeKind.REPLACE else ""
    definitions.made.append(MadeRevision(state, change.word, note, change.restores))
