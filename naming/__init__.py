"""What things are called in Temporal: types, search attributes, memos and ids.

`attributes.py` fills them in for a task, a run or a calendar.
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
#: Stands for an Idempotency-Key; it is never run.
IDEMPOTENCY_KEY = "onthedot.IdempotencyKey"
#: Stands for a worker process, so that it can be asked what its runs write.
LIVE = "onthedot.Live"
CHANGE = "onthedot.change"
CHECK_SCHEDULE = "onthedot.look"
LIVE_OUTPUT = "onthedot.live_output"
STOP = "onthedot.stop"
HEALTH_REPORT = "onthedot.health"

#: What the places for commands of a worker are called.
COMMAND_PLACES = "the worker's set of commands"

#: The activities that do what a task is for.
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
#: What a worker tells its workflows without an event: whether any freeze may be in force.
MAY_BE_FROZEN = "onthedot.may_be_frozen"

TASK_ID = SearchAttributeKey.for_keyword("OnTheDotTask")
NAME = SearchAttributeKey.for_keyword("OnTheDotName")
KIND = SearchAttributeKey.for_keyword("OnTheDotKind")
STATUS = SearchAttributeKey.for_keyword("OnTheDotStatus")
CAUSE = SearchAttributeKey.for_keyword("OnTheDotCause")
TAGS = SearchAttributeKey.for_keyword_list("OnTheDotTags")
DUE = SearchAttributeKey.for_datetime("OnTheDotDue")
#: How the last run of a task went; on tasks of an earlier release from their next run on.
HEALTH = SearchAttributeKey.for_keyword("OnTheDotHealth")
#: What tasks are found by, see scheduling/search.py; a task of an earlier release has none.
WORDS = SearchAttributeKey.for_keyword_list("OnTheDotWords")
MORE_WORDS = SearchAttributeKey.for_text("OnTheDotMoreWords")
LABELS = SearchAttributeKey.for_keyword_list("OnTheDotLabels")

#: Set by Temporal on what a schedule starts: the nominal instant, without jitter.
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

#: The memo keys of what a list shows of a task, of a run and the like.
TASK_MEMO = "onthedot.task"
RUN_MEMO = "onthedot.run"
BACKFILL_MEMO = "onthedot.backfill"
CALENDAR_MEMO = "onthedot.calendar"
FREEZE_MEMO = "onthedot.freeze"
#: What an audit found, in numbers.
AUDIT_MEMO = "onthedot.audit"

#: Who asked for a run or a backfill: a memo, which Temporal's own tools show.
REQUESTED_BY = "onthedot.requested_by"

#: Why a run was asked for, or a finished task deleted: a memo, so that no worker has to know it.
NOTE = "onthedot.note"

#: A change of workflow code: what a deleted task's memo says is brought up to date.
KEEPS_DELETED = "keeps-deleted"

#: The schedule of the standing audit, and of each audit the beginning of its id.
AUDIT_SCHEDULE = "onthedot-audit"

#: Stands in a run's id where an instant was skipped, and nothing was executed.
NO_EXECUTION = "skipped"

#: How long a worker may sit on a workflow task until another one takes it up.
TASK_TIMEOUT = timedelta(seconds=5)

_LIVE_QUEUE = "onthedot.live."

#: Instants in ids of REST, and in the ids that a schedule gives to what it starts.
STAMP = "%Y%m%dT%H%M%SZ"
ISO = "%Y-%m-%dT%H:%M:%SZ"


class State:
    """Values of `OnTheDotStatus` that a list cannot tell from the execution's own status."""

    SCHEDULED = "scheduled"
    PAUSED = "paused"
    #: Deleted, or a registration that came too late to count: not a task.
    DELETED = "deleted"
    #: Closed by hand before it was due: a task, but not a run.
    WITHDRAWN = "withdrawn"
    #: A run that was not to do its work after all.
    SKIPPED = "skipped"
    #: A run whose deadline passed.
    TIMED_OUT = "timed_out"
    #: A run that began later than promised, and ended otherwise than by its deadline.
    LATE = "late"


def sort_name(name: str) -> str:
    """A name as prefix search sees it: without case, within the 2,048 bytes of a keyword's JSON."""
    return name.casefold()[:160]


def task_workflow(task_id: str) -> str:
    """The id of the workflow that is this task."""
    return f"task:{task_id}"


def calendar(name: str) -> str:
    """The id of the workflow that is this calendar."""
    return f"calendar:{name}"


def idempotency_key(digest: str) -> str:
    """The id of the workflow that stands for an Idempotency-Key."""
    return f"key:{digest}"


def live(identity: str) -> str:
    """The id of the workflow that stands for the worker process with this identity."""
    return f"live:{identity}"


def live_queue(identity: str) -> str:
    """The task queue that the worker process with this identity polls, and no other does."""
    return f"{_LIVE_QUEUE}{identity}"


def is_live_queue(name: str) -> bool:
    """Whether it is the queue of one worker process."""
    return name.startswith(_LIVE_QUEUE)


def freeze(name: str) -> str:
    """The id of the workflow that is this freeze."""
    return f"freeze:{name}"


def schedule(task_id: str) -> str:
    """The id of the schedule that a recurring task owns."""
    return f"schedule:{task_id}"


def run_prefix(task_id: str) -> str:
    """What Temporal's schedule puts an instant behind to name a run."""
    return f"run:{task_id}"


def scheduled_run(task_id: str, nominal: datetime) -> str:
    """The id of the workflow that runs the occurrence at `nominal`."""
    return f"{run_prefix(task_id)}-{nominal.astimezone(UTC).strftime(ISO)}"


def direct_run(task_id: str, token: str) -> str:
    """The id of the workflow of a run that no schedule starts: manual, backfill, a test."""
    return f"{run_prefix(task_id)}~{token}"


def backfill(task_id: str, token: str) -> str:
    """The id of the workflow that is a backfill."""
    return f"backfill:{task_id}~{token}"


def backfill_run(task_id: str, token: str, nominal: datetime) -> str:
    """The id of the workflow that runs one occurrence of a backfill."""
    return direct_run(task_id, f"backfill-{token}-{nominal.astimezone(UTC).strftime(STAMP)}")


def retry_run(task_id: str, token: str, nominal: datetime | None) -> str:
    """The id of the workflow that runs an occurrence once more."""
    stamp = f"-{nominal.astimezone(UTC).strftime(STAMP)}" if nominal else ""
    return direct_run(task_id, f"retry-{token}{stamp}")


def notification(task_id: str, event: str, token: str) -> str:
    """The id of the workflow that tells of an event, once for each token."""
    return f"notification:{task_id}~{event}~{token}"


def nominal_instant(workflow_id: str) -> datetime | None:
    """The instant whose run this workflow is, where its id says so; a retry may say it too."""
    rest = workflow_id.partition(":")[2]
    stamp, form = (rest[-16:], STAMP) if "~" in rest else (rest[-20:], ISO)
    try:
        return datetime.strptime(stamp, form).replace(tzinfo=UTC)
    except ValueError:
        return None


_CANCELLED_BY = "Cancelled by "


def cancel_reason(by: str) -> str:
    """What Temporal knows about who cancels."""
    return f"{_CANCELLED_BY}{by}" if by else ""


def cancelled_by(reason: str) -> str:
    """The inverse of `cancel_reason`; empty for a reason of someone else's."""
    return reason.removeprefix(_CANCELLED_BY) if reason.startswith(_CANCELLED_BY) else ""
