"""Audits the ledgers, and says what it found: in the log, as metrics, and to whom it concerns."""

from __future__ import annotations

import logging
from typing import Protocol

from prometheus_client import Counter, Gauge
from temporalio import activity
from temporalio.client import Client

from onthedot import naming
from onthedot.activities.attempts.heartbeat import heartbeating
from onthedot.activities.notify.decision import start_notification
from onthedot.scheduling.ledger.audit_report import Audited, AuditOrder, AuditReport
from onthedot.scheduling.ledger.entries import GAPS, Reason

log = logging.getLogger("onthedot.ledger_audit")
gaps = logging.getLogger("onthedot.gaps")

LEDGER_GAPS = Counter(
    "onthedot_ledger_gaps",
    "Instants at which what ran is not what the definition says, and nothing explains it.",
    ["reason"],
)
AUDITED_UNTIL = Gauge(
    "onthedot_audited_until_timestamp_seconds", "Up to when all ledgers were compared."
)
AUDITED_INSTANTS = Counter("onthedot_audited_instants", "Expected instants that were compared.")
UNSETTLED = Gauge("onthedot_audit_unsettled_tasks", "Tasks that the next audit looks at again.")

# A counter that is there from the start shows its first increase.
for _reason in (*GAPS, Reason.UNEXPECTED_RUN, Reason.SEVERAL_RUNS):
    LEDGER_GAPS.labels(_reason.value)


class Auditor(Protocol):
    """Who can compare ledgers; worker.py hands one in."""

    async def audit(self, order: AuditOrder) -> Audited:
        """Compare all ledgers over a span."""


class AuditActivities:
    """The activities of the standing audit."""

    def __init__(self, client: Client, auditor: Auditor) -> None:
        self._client = client
        self._auditor = auditor

    @activity.defn(name=naming.AUDIT_LEDGERS)
    async def audit(self, order: AuditOrder) -> AuditReport:
        """Audit a span. Each gap is logged and counted once, unless this attempt is cut short."""
        with heartbeating():
            audited = await self._auditor.audit(order)
            for wanted in audited.notifications:
                await start_notification(
                    self._client,
                    wanted,
                    token=f"{wanted.at:%Y%m%dT%H%M%SZ}",
                    task_queue=activity.info().task_queue,
                )
        report = audited.report
        for finding in audited.findings:
            gaps.error(finding.model_dump_json())
            LEDGER_GAPS.labels(finding.reason.value).inc()
        if report.unexamined:
            log.error("the audit did not get to %d tasks", report.unexamined)
        AUDITED_UNTIL.set(report.until.timestamp())
        AUDITED_INSTANTS.inc(report.instants)
        UNSETTLED.set(len(report.suspects))
        return report
