"""The state of a registered task. Stored: fields are only ever added."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import Field

from onthedot.scheduling.calendars.days import calendars_of
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import RunCause
from onthedot.scheduling.stored.attempt import begins_locally
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.scheduling.stored.schedule_order import Held, ScheduleSnapshot
from onthedot.scheduling.task import HealthReport, TaskDefinition
from onthedot.scheduling.trigger import OnceTrigger, Trigger
from onthedot.scheduling.values import Duration, Instant, Model, TaskId

#: How many of its latest definitions a task keeps for its ledger.
JOURNAL_LENGTH = 50

#: The `not_after` of a start that marks a deletion: no start is early enough to count.
LONG_AGO = datetime.fromtimestamp(0, UTC)


class JournalEntry(Model):
    """A definition of the trigger, in force from `since` until the next entry."""

    revision: int
    since: Instant
    trigger: Trigger
    paused: bool
    overlap: OverlapPolicy = OverlapPolicy.SKIP
    catchup_window: Duration = timedelta(hours=1)
    calendars: dict[str, int] = Field(default_factory=dict)
    """The revisions of the calendars that it used, as far as they are known."""
    made_at: Instant | None = None
    """When the change was made; `since` may be later. None from earlier releases."""
    made_by: str = ""
    kind: str = ""
    """What the change did, as `Change.word` has it, or `created`."""


class TaskState(Model):
    """A registered task."""

    id: TaskId
    definition: TaskDefinition
    revision: int = 1
    created_at: Instant
    updated_at: Instant
    """When it was last changed, paused or resumed."""
    updated_by: str = ""
    defined_at: Instant | None = None
    """When its definition was last replaced; None: that was the last change."""
    defined_by: str = ""
    paused_at: Instant | None = None
    """When it was paused, if it is; None for a pause of an earlier release."""
    paused_by: str = ""
    note: str = ""
    paused_until: Instant | None = None
    covered_until: Instant
    """Every occurrence up to here was started, or was not to be."""
    remaining: int | None = None
    """Runs left of `max_runs` if no schedule counts them; None leaves it to the schedule."""
    counted_from: int = 1
    """The revision that restarted the count of runs."""
    scheduled: bool = False
    """It may have a schedule."""
    look: ScheduleSnapshot | None = None
    """The last snapshot of the schedule."""
    lead: Duration = timedelta(0)
    """How long before its time a worker gets its run; zero for tasks of earlier releases."""
    not_after: Instant | None = None
    """A registration that Temporal accepted later than this got a 503, and does not count."""
    idempotency: str = ""
    """Digests of the Idempotency-Key that it was registered with, and of the body."""
    held: Held | None = None
    """An occurrence before the schedule was created, whose time is still in the future."""
    problem: str = ""
    """Why its schedule does not match the definition."""
    occurs_after: Instant | None = None
    """Nominal instants up to here do not belong to this recurring task: it began after them."""
    journal: tuple[JournalEntry, ...] = ()
    health: HealthReport | None = None
    """The last run's report; None if there is none."""
    calendars: dict[str, int] = Field(default_factory=dict)
    """The revisions of the calendars that its schedule uses."""
    calendars_since: Instant | None = None
    """Since when it uses exactly those."""
    zone_rules: str = ""
    """The release of the zone database that its schedule was compiled with, as far as known."""
    frozen: str = ""
    """Which freeze holds its only run, as a sentence."""
    deleted_at: Instant | None = None
    deleted_by: str = ""
    ended_as: str = ""
    """For a task restored as finished: its `TaskStatus`. It does nothing more."""

    @property
    def defined(self) -> tuple[datetime, str]:
        """When and by whom its definition was last replaced; a pause does not count."""
        if self.defined_at is None:
            return self.updated_at, self.updated_by
        return self.defined_at, self.defined_by

    @property
    def due(self) -> datetime | None:
        """The instant of a one-time task; None for a recurring one."""
        trigger = self.definition.trigger
        return trigger.at if isinstance(trigger, OnceTrigger) else None

    @property
    def handed_out_at(self) -> datetime | None:
        """When a worker gets the run of a one-time task; it begins at `due` anyway."""
        task = self.definition
        if self.due is None or not begins_locally(task.action, task.timeout):
            return self.due
        return self.due - self.lead

    def order(self, *, cause: RunCause, scheduled_for: datetime | None = None) -> RunOrder:
        """The order of a run of the current definition."""
        task, trigger = self.definition, self.definition.trigger
        return RunOrder(
            task_id=self.id,
            name=task.name,
            revision=self.revision,
            action=task.action,
            timeout=task.timeout,
            deadline=task.deadline,
            retry=task.retry,
            cause=cause,
            scheduled_for=scheduled_for,
            jitter=timedelta(0) if isinstance(trigger, OnceTrigger) else trigger.jitter,
            notify=task.notify,
            kind=trigger.kind,
        )

    def in_force(self, since: datetime, revisions: range) -> TaskState:
        """The state with these revisions' entries dated to when they came into force."""
        dated = tuple(
            entry.model_copy(update={"since": since}) if entry.revision in revisions else entry
            for entry in self.journal
        )
        return self.model_copy(update={"journal": dated})

    def keeping_to(self, calendars: dict[str, int], *, since: datetime) -> TaskState:
        """The state with the revisions of calendars that its schedule uses from `since` on."""
        journal = list(self.journal)
        if journal:
            last = journal[-1]
            told = {**last.calendars, **calendars} if calendars else {}
            if any(last.calendars.get(name, told[name]) != told[name] for name in told):
                since = max(since, last.since)
                journal.append(last.model_copy(update={"calendars": told, "since": since}))
            else:
                journal[-1] = last.model_copy(update={"calendars": told})
                since = last.since
        return self.model_copy(
            update={
                "calendars": dict(calendars),
                "calendars_since": since,
                "journal": tuple(journal[-JOURNAL_LENGTH:]),
            }
        )

    def journalled(self, kind: str = "created") -> TaskState:
        """The state with its current trigger entered in the journal from `updated_at` on."""
        entry = JournalEntry(
            revision=self.revision,
            since=self.updated_at,
            trigger=self.definition.trigger,
            paused=self.definition.paused,
            overlap=self.definition.overlap,
            catchup_window=self.definition.catchup_window,
            calendars={
                name: self.calendars[name]
                for name in calendars_of(self.definition.trigger)
                if name in self.calendars
            },
            made_at=self.updated_at,
            made_by=self.updated_by,
            kind=kind,
        )
        return self.model_copy(update={"journal": (*self.journal, entry)[-JOURNAL_LENGTH:]})


def max_runs(definition: TaskDefinition) -> int | None:
    """The limit of a recurring task; None if there is none."""
    trigger = definition.trigger
    return None if isinstance(trigger, OnceTrigger) else trigger.max_runs
