"""Names in Temporal: types, search attributes, memos and ids.

`attributes.py` fills in the attributes of a task, a run or a calendar; `queries.py` writes the
literals of queries.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from temporalio.common import SearchAttributeIndexedValueType, SearchAttributeKey

TASK = "onthedot.Task"
TASK_RUN = "onthedot.TaskRun"
BACKFILL = "onthedot.Backfill"
NOTIFICATION = "onthedot.Notification"
AUDIT = "onthedot.Audit"
CALENDAR = "onthedot.Calendar"
FREEZE = "onthedot.Freeze"
#: Represents an Idempotency-Key; it never runs.
IDEMPOTENCY_KEY = "onthedot.IdempotencyKey"
#: Represents a worker process, so that it can be queried for the output of its runs.
LIVE = "onthedot.Live"
CHANGE = "onthedot.change"
CHECK_SCHEDULE = "onthedot.look"
LIVE_OUTPUT = "onthedot.live_output"
STOP = "onthedot.stop"
HEALTH_REPORT = "onthedot.health"

#: The name of a worker's limit for commands.
COMMAND_PLACES = "the worker's set of commands"

#: The activities that carry out actions.
HTTP = "onthedot.http"
COMMAND = "onthedot.command"
LOG = "onthedot.log"
RECORD = "onthedot.record"
CHECK_OCCURRENCE = "onthedot.check_occurrence"
APPLY_SCHEDULE = "onthedot.schedule.apply"
REMOVE_SCHEDULE = "onthedot.schedule.remove"
LIST_OCCURRENCES = "onthedot.list_occurrences"
NOTIFY = "onthedot.notify"
REFRESH_CALENDAR = "onthedot.calendar.refresh"
TELL_CALENDAR_USERS = "onthedot.calendar.tell_users"
NOTIFIED = "onthedot.notified"
AUDIT_LEDGERS = "onthedot.audit_ledgers"
REGISTERED = "onthedot.registered"
CHECK_FREEZE = "onthedot.freezes.check"
FIND_WINDOW = "onthedot.freezes.window"
RELEASE_HELD = "onthedot.freezes.release"
#: A worker's function for workflows, without an event: whether any freeze may be in force.
MAY_BE_FROZEN = "onthedot.may_be_frozen"

TASK_ID = SearchAttributeKey.for_keyword("OnTheDotTask")
NAME = SearchAttributeKey.for_keyword("OnTheDotName")
KIND = SearchAttributeKey.for_keyword("OnTheDotKind")
STATUS = SearchAttributeKey.for_keyword("OnTheDotStatus")
CAUSE = SearchAttributeKey.for_keyword("OnTheDotCause")
TAGS = SearchAttributeKey.for_keyword_list("OnTheDotTags")
DUE = SearchAttributeKey.for_datetime("OnTheDotDue")
#: The health of a task; tasks of an earlier release have it from their next run on.
HEALTH = SearchAttributeKey.for_keyword("OnTheDotHealth")
#: The search terms of a task, see scheduling/search.py; a task of an earlier release has none.
WORDS = SearchAttributeKey.for_keyword_list("OnTheDotWords")
MORE_WORDS = SearchAttributeKey.for_text("OnTheDotMoreWords")
LABELS = SearchAttributeKey.for_keyword_list("OnTheDotLabels")

#: Set by Temporal on runs that a schedule starts: the nominal instant, without jitter.
SCHEDULED_START = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")

SEARCH_ATTRIBUTES: dict[str, SearchAttributeIndexedValueType] = {
    key.name: key.indexed_value_type
    for key in (
        *(TASK_ID, NAME, KIND, STATUS, CAUSE, HEALTH),
        *(TAGS, WORDS, LABELS),
        MORE_WORDS,
        DUE,
    )
}

#: The memo keys of list rows.
TASK_MEMO = "onthedot.task"
RUN_MEMO = "onthedot.run"
BACKFILL_MEMO = "onthedot.backfill"
CALENDAR_MEMO = "onthedot.calendar"
FREEZE_MEMO = "onthedot.freeze"
#: The numbers of an audit's findings.
AUDIT_MEMO = "onthedot.audit"

#: Who requested a run or a backfill: a memo, which Temporal's own tools show.
REQUESTED_BY = "onthedot.requested_by"

#: Why a run was asked for, or a finished task deleted: a memo, so that no worker has to know it.
NOTE = "onthedot.note"

#: A patch of workflow code: a deleted task's memo is updated.
KEEPS_DELETED = "keeps-deleted"
#: A patch of workflow code: a task continues as new in a workflow task of its own.
RENEWS_APART = "renews-apart"

#: The schedule of the standing audit, and the prefix of each audit's id.
AUDIT_SCHEDULE = "onthedot-audit"

#: The execution in the id of a skipped instant, for which nothing was executed.
NO_EXECUTION = "skipped"

#: How long a worker may hold a workflow task before Temporal dispatches it again.
TASK_TIMEOUT = timedelta(seconds=5)

_LIVE_QUEUE = "onthedot.live."

#: Instants in ids of REST, and in the ids that a schedule gives to what it starts.
STAMP = "%Y%m%dT%H%M%SZ"
ISO = "%Y-%m-%dT%H:%M:%SZ"


class State:
    """Values of `OnTheDotStatus` that lists cannot derive from the execution's own status."""

    SCHEDULED = "scheduled"
    PAUSED = "paused"
    #: Deleted, or a registration that arrived too late to count: not a task.
    DELETED = "deleted"
    #: Closed manually before it was due: a task, but not a run.
    WITHDRAWN = "withdrawn"
    #: A run that was skipped.
    SKIPPED = "skipped"
    #: A run whose deadline passed.
    TIMED_OUT = "timed_out"
    #: A run that began later than promised, and did not time out.
    LATE = "late"


def sort_name(name: str) -> str:
    """A name for prefix search: in lower case, within the 2,048 bytes of a keyword's JSON."""
    return name.casefold()[:160]


def id_in(workflow_id: str) -> str:
    """What a workflow's id names after its kind: the id of a task, the name of a calendar, …"""
    return workflow_id.partition(":")[2]


def task_workflow(task_id: str) -> str:
    """The workflow id of a task."""
    return f"task:{task_id}"


def calendar(name: str) -> str:
    """The workflow id of a calendar."""
    return f"calendar:{name}"


def idempotency_key(digest: str) -> str:
    """The workflow id of an Idempotency-Key."""
    return f"key:{digest}"


def live(identity: str) -> str:
    """The id of the workflow that represents the worker process with this identity."""
    return f"live:{identity}"


def live_queue(identity: str) -> str:
    """The task queue that only the worker process with this identity polls."""
    return f"{_LIVE_QUEUE}{identity}"


def is_live_queue(name: str) -> bool:
    """Whether it is the queue of a single worker process."""
    return name.startswith(_LIVE_QUEUE)


def freeze(name: str) -> str:
    """The workflow id of a freeze."""
    return f"freeze:{name}"


def schedule(task_id: str) -> str:
    """The id of a recurring task's schedule."""
    return f"schedule:{task_id}"


def run_prefix(task_id: str) -> str:
    """The prefix of the ids of a schedule's runs, to which Temporal appends the instant."""
    return f"run:{task_id}"


def scheduled_run(task_id: str, nominal: datetime) -> str:
    """The workflow id of the run at `nominal`."""
    return f"{run_prefix(task_id)}-{nominal.astimezone(UTC).strftime(ISO)}"


def direct_run(task_id: str, token: str) -> str:
    """The workflow id of a run that no schedule starts: manual, backfill, or a test."""
    return f"{run_prefix(task_id)}~{token}"


def backfill(task_id: str, token: str) -> str:
    """The workflow id of a backfill."""
    return f"backfill:{task_id}~{token}"


def backfill_run(task_id: str, token: str, nominal: datetime) -> str:
    """The workflow id of a backfill's run."""
    return direct_run(task_id, f"backfill-{token}-{nominal.astimezone(UTC).strftime(STAMP)}")


def retry_run(task_id: str, token: str, nominal: datetime | None) -> str:
    """The workflow id of a retry."""
    stamp = f"-{nominal.astimezone(UTC).strftime(STAMP)}" if nominal else ""
    return direct_run(task_id, f"retry-{token}{stamp}")


def notification(task_id: str, event: str, token: str) -> str:
    """The workflow id of a notification of an event, once for each token."""
    return f"notification:{task_id}~{event}~{token}"


def nominal_instant(workflow_id: str) -> datetime | None:
    """The nominal instant in a run's workflow id, if there is one; also for a retry."""
    rest = id_in(workflow_id)
    stamp, form = (rest[-16:], STAMP) if "~" in rest else (rest[-20:], ISO)
    try:
        return datetime.strptime(stamp, form).replace(tzinfo=UTC)
    except ValueError:
        return None


_CANCELLED_BY = "Cancelled by "


def cancel_reason(by: str) -> str:
    """The reason that Temporal records for a cancellation."""
    return f"{_CANCELLED_BY}{by}" if by else ""


def cancelled_by(reason: str) -> str:
    """The inverse of `cancel_reason`; empty for other reasons."""
    return reason.removeprefix(_CANCELLED_BY) if reason.startswith(_CANCELLED_BY) else ""
