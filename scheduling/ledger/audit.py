"""The standing audit of all ledgers: what it is asked, and what it finds."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any, Literal

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.notify import NotificationOrder
from onthedot.scheduling.values import Duration, Instant, Model, format_instant

#: How often the ledgers are audited, and how long after an instant at the earliest.
AUDIT_EVERY = timedelta(minutes=5)
AUDIT_AFTER = timedelta(minutes=2)

#: The longest span of one audit: after an outage they catch up in steps.
LONGEST_SPAN = timedelta(hours=1)

#: How far back an audit looks for where the last one ended.
LOOK_BACK = timedelta(days=1)

#: How many tasks one audit looks at closely, how many are put off, and how many instants of each.
MOST_CLOSELY = 200
MOST_PUT_OFF = 800
MOST_INSTANTS = 100

#: How many instants that did not run a report names.
MOST_MISSED = 1000


#: From so many on, instants are stored by the steps between them. With a step of 15 characters at
#: most, a report of `MOST_PUT_OFF` tasks with `MOST_INSTANTS` each stays below the 2 MiB that
#: Temporal takes.
_BY_STEPS = 8


class Suspect(Model):
    """A task whose ledger has to be read, for these instants: they are not settled yet."""

    task_id: str
    instants: tuple[Instant, ...] = ()
    since: Instant | None = None
    until: Instant | None = None
    """With `since`: all instants after it up to here, too, as nobody knows yet which those are."""

    @model_serializer(mode="wrap")
    def _stored(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        stored: dict[str, Any] = {k: v for k, v in plain(self).items() if v is not None}
        if len(self.instants) > _BY_STEPS:
            del stored["instants"]
            steps = [(b - a).total_seconds() for a, b in pairwise(self.instants)]
            stored["first"] = format_instant(self.instants[0])
            stored["steps"] = [int(step) if step.is_integer() else step for step in steps]
        return stored

    @model_validator(mode="before")
    @classmethod
    def _read(cls, stored: Any) -> Any:
        if not isinstance(stored, dict) or "steps" not in stored:
            return stored
        others = {key: value for key, value in stored.items() if key not in ("first", "steps")}
        steps = (timedelta(seconds=step) for step in stored["steps"])
        first = datetime.fromisoformat(stored["first"])
        return {**others, "instants": tuple(accumulate(steps, initial=first))}


class AuditOrder(Model):
    """What to audit: all instants after `since` up to `until`, and those that were put off."""

    since: Instant
    until: Instant
    suspects: tuple[Suspect, ...] = ()


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
    """What an audit did; the next one goes on from here."""

    since: Instant
    until: Instant
    tasks: int = 0
    instants: int = 0
    gaps: int = Field(default=0, description="Instants that read unknown.")
    unexamined: int = Field(default=0, description="Tasks that it could not get to.")
    suspects: tuple[Suspect, ...] = ()
    missed: tuple[Missed, ...] = ()
    """What did not run and should have, `MOST_MISSED` at most, the latest ones."""
    unlisted: int = 0
    """How many more there were."""


class AuditNumbers(Model):
    """The part of a report that a list of audits shows."""

    since: Instant
    until: Instant
    missed: int = 0
    unlisted: int = 0
    unsettled: int = 0
    """Tasks that the next audit looks at again."""

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
    """An audit's outcome for whoever carries it out."""

    report: AuditReport
    findings: tuple[Finding, ...] = ()
    to_tell: tuple[NotificationOrder, ...] = ()
    """For tasks that want to be told of missed occurrences."""


def span(at: Instant, plan: AuditPlan, last: AuditReport | None) -> AuditOrder:
    """What the audit of the instant `at` covers, after the `last` one."""
    until = at - plan.after
    since = until - plan.every
    if last is not None:
        since = max(last.until, until - LOOK_BACK)
    since = min(since, until)
    return AuditOrder(
        since=since,
        until=min(until, since + LONGEST_SPAN),
        suspects=last.suspects if last else (),
    )
