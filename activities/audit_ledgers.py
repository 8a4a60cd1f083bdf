"""Audits the ledgers and reports what it found: in the log, as metrics, and by notification.

Then has those look at their schedules that go by another zone database than this worker. Once there
are none, they are looked for every hour: a store reads every recurring task for that.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Protocol

from prometheus_client import Counter, Gauge
from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError

from onthedot import naming
from onthedot.activities.attempts.heartbeat import heartbeating
from onthedot.activities.notify import start_notification
from onthedot.activities.schedule_checks import request_checks
from onthedot.scheduling.firing.zone_rules import NO_RULES, release_in_use
from onthedot.scheduling.ledger.audit_report import Audited, AuditOrder, AuditReport
from onthedot.scheduling.ledger.entries import GAPS, Reason
from onthedot.scheduling.search import zone_label

log = logging.getLogger("onthedot.ledger_audit")
gaps = logging.getLogger("onthedot.gaps")

#: A third of the time from one audit to the next.
_TELLS_FOR = timedelta(seconds=100)

#: For how long a worker takes it that no task goes by another zone database, once none did.
_NONE_FOR_SECONDS = 3600.0

LEDGER_GAPS = Counter(
    "onthedot_ledger_gaps",
    "Instants at which what ran differs from the definition, without an explanation.",
    ["reason"],
)
AUDITED_UNTIL = Gauge(
    "onthedot_audited_until_timestamp_seconds", "The time up to which all ledgers were audited."
)
AUDITED_INSTANTS = Counter("onthedot_audited_instants", "Expected instants that were compared.")
UNSETTLED = Gauge("onthedot_audit_unsettled_tasks", "Tasks that the next audit examines again.")

# Prometheus sees the first increase only of a counter that already exists.
for _reason in (*GAPS, Reason.UNEXPECTED_RUN, Reason.SEVERAL_RUNS):
    LEDGER_GAPS.labels(_reason.value)


class Auditor(Protocol):
    """Compares ledgers; `worker.py` provides the implementation."""

    async def audit(self, order: AuditOrder) -> Audited:
        """Compare all ledgers over a period."""


class AuditActivities:
    """The activities of the standing audit."""

    def __init__(self, client: Client, auditor: Auditor) -> None:
        self._client = client
        self._auditor = auditor
        self._none_until = 0.0
        """Until when no task goes by another zone database, by `time.monotonic`."""

    @activity.defn(name=naming.AUDIT_LEDGERS)
    async def audit(self, order: AuditOrder) -> AuditReport:
        """Audit a period. Each gap is logged and counted once, unless this attempt is cut short."""
        with heartbeating():
            audited = await self._auditor.audit(order)
            for wanted in audited.notifications:
                await start_notification(
                    self._client,
                    wanted,
                    token=wanted.at.strftime(naming.STAMP),
                    task_queue=activity.info().task_queue,
                )
            zone_rules = await self._tell_of_zone_rules(order.zone_rules)
        report = audited.report.model_copy(update={"zone_rules": zone_rules})
        for finding in audited.findings:
            gaps.error(finding.model_dump_json())
            LEDGER_GAPS.labels(finding.reason.value).inc()
        if report.unexamined:
            log.error("the audit did not get to %d tasks", report.unexamined)
        AUDITED_UNTIL.set(report.until.timestamp())
        AUDITED_INSTANTS.inc(report.instants)
        UNSETTLED.set(len(report.suspects))
        return report

    async def _tell_of_zone_rules(self, latest: str) -> str:
        """The latest zone database of any worker; only a worker that has it asks tasks to check."""
        mine = release_in_use()
        if mine < latest:
            log.warning("this worker has the zone database %s, others have %s", mine, latest)
            return latest
        if time.monotonic() < self._none_until:
            return mine
        query = _other_zone_rules(mine)
        try:
            told = await request_checks(self._client, query, at_most=_TELLS_FOR)
        except RPCError as error:
            # The audit itself is done, and the next one asks again.
            log.warning("tasks were not asked to adopt the zone database %s: %s", mine, error)
            return mine
        if not told.waiting:
            self._none_until = time.monotonic() + _NONE_FOR_SECONDS
        else:
            log.info("%d tasks have not taken up the zone database %s", told.waiting, mine)
        return mine


def _other_zone_rules(release: str) -> str:
    """The visibility query for recurring tasks compiled with another zone database."""
    labels, status = naming.LABELS.name, naming.STATUS.name
    known = (zone_label(release), zone_label(NO_RULES))
    other = " AND ".join(f"{labels} != '{label}'" for label in known)
    return (
        f"WorkflowType = '{naming.TASK}' AND ExecutionStatus = 'Running' "
        f"AND {naming.KIND.name} IN ('cron', 'interval') AND {status} != '{naming.State.DELETED}' "
        f"AND ({labels} IS NULL OR ({other}))"
    )
