"""Search attributes, memos and summaries of tasks, runs and calendars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from temporalio.common import SearchAttributePair, TypedSearchAttributes

from onthedot import naming
from onthedot.scheduling.calendars.content import AnyOfCalendar
from onthedot.scheduling.search import calendar_label, terms
from onthedot.scheduling.stored.calendar_state import CalendarState
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.scheduling.stored.task_row import title
from onthedot.scheduling.stored.task_state import TaskState


def run_attributes(run: RunOrder) -> TypedSearchAttributes:
    """The attributes by which lists filter runs. A test of an action is in no list."""
    pairs: list[SearchAttributePair[str] | SearchAttributePair[datetime]] = [
        SearchAttributePair(naming.CAUSE, run.cause.value)
    ]
    if run.task_id:
        pairs.append(SearchAttributePair(naming.TASK_ID, run.task_id))
    if run.scheduled_for is not None:
        pairs.append(SearchAttributePair(naming.DUE, run.scheduled_for))
    return TypedSearchAttributes(pairs)


def run_memo(run: RunOrder, note: str = "") -> dict[str, str] | None:
    """The memo for Temporal's own tools, and for lists before the run has ended."""
    told = {naming.REQUESTED_BY: run.requested_by, naming.NOTE: note}
    return {key: value for key, value in told.items() if value} or None


def run_summary(run: RunOrder) -> str:
    """The summary of a run in Temporal's Web UI: its task and its action."""
    return f"{run.name}: {title(run.action)}"[:200]


def task_summary(state: TaskState) -> str:
    """The summary of a task in Temporal's Web UI."""
    return f"{state.definition.name}: {title(state.definition.action)}"[:200]


def _status(state: TaskState) -> str:
    if state.ended_as:
        # Its run, if it had one, was another workflow.
        return naming.State.WITHDRAWN
    return naming.State.PAUSED if state.definition.paused else naming.State.SCHEDULED


def task_attributes(state: TaskState, *, status: str = "") -> TypedSearchAttributes:
    """The attributes by which lists filter tasks; `status` if the definition does not imply it."""
    task = state.definition
    pairs: list[SearchAttributePair[str] | SearchAttributePair[datetime]] = [
        SearchAttributePair(naming.TASK_ID, state.id),
        SearchAttributePair(naming.NAME, naming.sort_name(task.name)),
        SearchAttributePair(naming.KIND, task.trigger.kind),
        SearchAttributePair(naming.STATUS, status or _status(state)),
    ]
    if state.due is not None:
        pairs.append(SearchAttributePair(naming.DUE, state.due))
    if state.health is not None:
        pairs.append(SearchAttributePair(naming.HEALTH, state.health.health.value))
    found_by = terms(state.id, task, state.calendars, state.zone_rules)
    pairs.append(SearchAttributePair(naming.MORE_WORDS, found_by.more))
    lists = [
        (naming.TAGS, task.tags),
        (naming.WORDS, found_by.words),
        (naming.LABELS, found_by.labels),
    ]
    return TypedSearchAttributes(
        [*pairs, *(SearchAttributePair(key, list(values)) for key, values in lists if values)]
    )


def calendar_uses(state: CalendarState) -> list[str]:
    """The labels of the calendars that a calendar names, and of their revisions in it."""
    content = state.content
    names = content.calendars if isinstance(content, AnyOfCalendar) else ()
    labels = [calendar_label(name) for name in names]
    taken_up = {name: state.calendars[name] for name in names if name in state.calendars}
    return [*labels, *(calendar_label(name, revision) for name, revision in taken_up.items())]


def calendar_attributes(state: CalendarState) -> TypedSearchAttributes:
    """The attributes by which lists find a calendar."""
    status = naming.State.DELETED if state.deleted else naming.State.SCHEDULED
    pairs: list[SearchAttributePair[str] | SearchAttributePair[Sequence[str]]] = [
        SearchAttributePair(naming.STATUS, status),
        SearchAttributePair(naming.LABELS, calendar_uses(state)),
    ]
    return TypedSearchAttributes(pairs)
