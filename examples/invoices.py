"""A user's own Python: an activity and a workflow that tasks can run.

    ONTHEDOT_MODULES=examples.invoices make run

Then register a task whose action is `{"kind": "activity", "name": "send_invoice", …}` or
`{"kind": "workflow", "workflow_type": "MonthlyClose", …}`: see docs/how-to/actions/own-python.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow


@dataclass(frozen=True)
class Sent:
    """What is kept as the output of the run."""

    customer: str
    cents: int


@activity.defn
async def send_invoice(customer: str, cents: int) -> Sent:
    """Stands for real work. It may run more than once: make it safe to repeat."""
    activity.logger.info("invoice for %s over %d cents", customer, cents)
    return Sent(customer=customer, cents=cents)


@workflow.defn
class MonthlyClose:
    """Sends an invoice to each customer, one after the other."""

    @workflow.run
    async def run(self, amounts: dict[str, int]) -> int:
        """The number of invoices sent; `amounts` is in cents, by customer."""
        for customer, cents in amounts.items():
            await workflow.execute_activity(
                send_invoice,
                args=[customer, cents],
                start_to_close_timeout=timedelta(seconds=30),
            )
        return len(amounts)
