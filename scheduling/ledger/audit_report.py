"""The standing audit of all ledgers: its orders and its findings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field, model_validator

from onthedot.scheduling.ledger.entries import LedgerEntry, LedgerState, Reason
from onthedot.scheduling.notify import NotificationOrder
from onthedot.scheduling.values import Duration, Instant, Model

#: How often the ledgers are audited, and how long after an instant at the earliest. Together less
#: than five minutes, within which a missed instant must be reported.
AUDIT_EVERY = timedelta(minutes=4)
AUDIT_AFTER = timedelta(seconds=30)

#: The period that is compared at a time: everything due in it is in memory.
LONGEST_SPAN = timedelta(hours=1)

#: How far back an audit searches for the end of the last one.
LOOK_BACK = timedelta(days=1)

#: How many tasks a report defers to the next audit, and how many instants that did not run it
#: names. With ids of 128 characters it stays below Temporal's limit of 2 MiB.
MOST_PUT_OFF = 4000
MOST_MISSED = 1000

JUST_BEFORE = timedelta(microseconds=1)


class Suspect(Model):
    """A task deferred to the next audit: an instant after `since` is undecided."""

    task_id: str
    since: Instant
    until: Instant

    @model_validator(mode="before")
    @classmethod
    def _read(cls, stored: Any) -> Any:
        """Read reports of earlier releases, which named each instant, some by their distances."""
        if not isinstance(stored, dict) or not {"instants", "first"} & set(stored):
            return stored
        named = [datetime.fromisoformat(at) for at in stored.get("instants", ())]
        if "first" in stored:
            first = datetime.fromisoformat(stored["first"])
            named += [first, first + timedelta(seconds=sum(stored["steps"]))]
        since = [datetime.fromisoformat(stored["since"])] if stored.get("since") else []
        until = [datetime.fromisoformat(stored["until"])] if stored.get("until") else []
        return {
            "task_id": stored["task_id"],
            "since": min([*(at - JUST_BEFORE for at in named), *since]),
            "until": max([*named, *until]),
        }


class AuditOrder(Model):
    """What to audit: all instants after `since` up to `until`, and those that were deferred."""

    since: Instant
    until: Instant
    suspects: tuple[Suspect, ...] = ()
    after: str = ""
    """In the first period, only tasks with ids after this one: the others have been read."""
    zone_rules: str = ""
    """The latest release of the zone database that any worker reported."""


class AuditPlan(Model):
    """How often audits run, and how they follow each other."""

    every: Duration = AUDIT_EVERY
    after: Duration = AUDIT_AFTER


class Missed(Model):
    """An instant of a task that did not run."""

    task_id: str
    at: Instant
    state: LedgerState
    reason: Reason | None = None

    @classmethod
    def among(cls, task_id: str, entries: Iterable[LedgerEntry]) -> list[Missed]:
        """The instants of a task's ledger that did not run, and have no run that says so."""
        return [
            cls(task_id=task_id, at=entry.at, state=entry.state, reason=entry.reason)
            for entry in entries
            if entry.not_run and entry.run is None
        ]


class AuditReport(Model):
    """What an audit did; the next one continues from here."""

    since: Instant
    until: Instant
    """The position up to which it came, earlier than ordered if there was too much to read."""
    after: str = ""
    """In the period that begins there, tasks up to this id have been read already."""
    tasks: int = 0
    instants: int = 0
    gaps: int = Field(default=0, description="Instants that are `unknown`.")
    unexamined: int = Field(default=0, description="Tasks whose ledger is too large to be read.")
    suspects: tuple[Suspect, ...] = ()
    missed: tuple[Missed, ...] = ()
    """The latest instants that should have run and did not, at most `MOST_MISSED`."""
    unlisted: int = 0
    """How many more there are."""
    zone_rules: str = ""
    """The latest release of the zone database that any worker uses."""


class AuditNumbers(Model):
    """The part of a report that a list of audits shows."""

    since: Instant
    until: Instant
    missed: int = 0
    unlisted: int = 0
    unsettled: int = 0
    """Tasks deferred to the next audit."""

    @classmethod
    def of(cls, report: AuditReport) -> AuditNumbers:
        """The numbers of a report."""
        return cls(
            since=report.since,
            until=report.until,
            missed=len(report.missed),
            unlisted=report.unlisted + report.unexamined,
            unsettled=len(report.suspects),
        )


class Finding(Model):
    """One gap: a line of the log."""

    what: Literal["gap"] = "gap"
    task: str
    at: Instant
    state: LedgerState
    reason: Reason
    detail: str = ""
    run: str = ""


class Audited(Model):
    """An audit's outcome for the activity."""

    report: AuditReport
    findings: tuple[Finding, ...] = ()
    notifications: tuple[NotificationOrder, ...] = ()
    """For tasks that ask to be notified of missed occurrences."""


def span(at: datetime, plan: AuditPlan, last: AuditReport | None) -> AuditOrder:
    """What the audit at the instant `at` covers, after the `last` one."""
    until = at - plan.after
    if last is None:
        return AuditOrder(since=until - plan.every, until=until)
    since = min(max(last.until, until - LOOK_BACK), until)
    after = last.after if since == last.until else ""
    return AuditOrder(
        since=since,
        until=until,
        suspects=last.suspects,
        after=after,
        zone_rules=last.zone_rules,
    )
