"""The standing audit of all ledgers: what it is asked, and what it finds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field, model_validator

from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.notify import NotificationOrder
from onthedot.scheduling.values import Duration, Instant, Model

#: How often the ledgers are audited, and how long after an instant at the earliest: together less
#: than five minutes, in which what was missed is to be known.
AUDIT_EVERY = timedelta(minutes=4)
AUDIT_AFTER = timedelta(seconds=30)

#: The span that is compared at a time: what is due in it is held in memory.
LONGEST_SPAN = timedelta(hours=1)

#: How far back an audit looks for where the last one ended.
LOOK_BACK = timedelta(days=1)

#: How many tasks a report puts off to the next audit, and how many instants that did not run it
#: names. With an id of 128 characters each it stays below the 2 MiB that Temporal takes.
MOST_PUT_OFF = 4000
MOST_MISSED = 1000

JUST_BEFORE = timedelta(microseconds=1)


class Suspect(Model):
    """A task deferred to the next audit: an instant after `since` is not settled yet."""

    task_id: str
    since: Instant
    until: Instant

    @model_validator(mode="before")
    @classmethod
    def _read(cls, stored: Any) -> Any:
        """Reports of earlier releases named each instant, many of them by the steps between."""
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
    """What to audit: all instants after `since` up to `until`, and those that were put off."""

    since: Instant
    until: Instant
    suspects: tuple[Suspect, ...] = ()
    after: str = ""
    """In the first span, only tasks with ids after this one: the others have been read."""
    zone_rules: str = ""
    """The latest release of the zone database that a worker said it goes by."""


class AuditPlan(Model):
    """How the audits of a schedule follow each other."""

    every: Duration = AUDIT_EVERY
    after: Duration = AUDIT_AFTER


class Missed(Model):
    """An instant of a task that did not run."""

    task_id: str
    at: Instant
    state: LedgerState
    reason: Reason | None = None


class AuditReport(Model):
    """What an audit did; the next one continues from here."""

    since: Instant
    until: Instant
    """How far it came, which is less than asked if there was too much to read."""
    after: str = ""
    """In the span that begins there, tasks up to this id have been read already."""
    tasks: int = 0
    instants: int = 0
    gaps: int = Field(default=0, description="Instants that read unknown.")
    unexamined: int = Field(default=0, description="Tasks whose ledger holds too much to be read.")
    suspects: tuple[Suspect, ...] = ()
    missed: tuple[Missed, ...] = ()
    """What did not run and should have, `MOST_MISSED` at most, the latest ones."""
    unlisted: int = 0
    """How many more there were."""
    zone_rules: str = ""
    """The latest release of the zone database that a worker goes by."""


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
    """An audit's outcome for anyone who carries it out."""

    report: AuditReport
    findings: tuple[Finding, ...] = ()
    notifications: tuple[NotificationOrder, ...] = ()
    """For tasks that ask to be notified of missed occurrences."""


def span(at: datetime, plan: AuditPlan, last: AuditReport | None) -> AuditOrder:
    """What the audit of the instant `at` covers, after the `last` one."""
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
