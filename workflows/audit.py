"""The standing audit: a schedule starts it, and each audit begins where the last one ended."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from onthedot import naming
from onthedot.scheduling.ledger.audit_report import AuditNumbers, AuditPlan, AuditReport, span
from onthedot.scheduling.stored.attempt import HEARTBEAT_TIMEOUT

_LONGEST = timedelta(minutes=20)

#: Patch: audits of earlier releases report only in their results what they found.
_NUMBERS = "audit-numbers"


@workflow.defn(name=naming.AUDIT, sandboxed=False)
class Audit:
    """One audit of the ledgers of all tasks."""

    @workflow.run
    async def run(self, plan: AuditPlan) -> AuditReport:
        """Compare what should have run since the last audit with what did."""
        info = workflow.info()
        at = info.typed_search_attributes.get(naming.SCHEDULED_START) or info.start_time
        last = None
        if workflow.has_last_completion_result():
            last = workflow.get_last_completion_result(type_hint=AuditReport)
        report: AuditReport = await workflow.execute_activity(
            naming.AUDIT_LEDGERS,
            span(at, plan, last),
            result_type=AuditReport,
            start_to_close_timeout=_LONGEST,
            schedule_to_close_timeout=_LONGEST,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=RetryPolicy(maximum_interval=timedelta(seconds=30)),
            summary="Compare all ledgers",
        )
        if workflow.patched(_NUMBERS):
            workflow.upsert_memo({naming.AUDIT_MEMO: AuditNumbers.of(report)})
        return report
