"""Runs an occurrence again.

1. The new run has its own id, and so its own Idempotency-Key: a receiver that drops repeats accepts
   it as another run. Its due time is that of the first run.
2. A retried occurrence of a recurring task uses the current definition, because that may have been
   fixed since. Manual runs, which may have had their own body, and one-time tasks are repeated
   unchanged.
"""

from __future__ import annotations

import secrets

from onthedot import naming
from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.errors import WrongState
from onthedot.scheduling.run import Run, RunCause, RunStatus, ShortRun
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.service.ledger.run_history import run_history
from onthedot.service.runs.direct_starts import start_run
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.reader import TaskReader
from onthedot.service.temporal.calls import Temporal


async def retry(temporal: Temporal, run_id: str, *, by: str = "") -> ShortRun:
    """Start a new run of a run's occurrence.

    Raises:
        RunNotFound: there is none, or it is past the retention.
        WrongState: it is in progress, it tested an action, or its task is deleted.
        TemporalUnavailable: nothing was started; `Unconfirmed` if that is not certain.
    """
    run = await Runs(temporal).get(run_id)
    if run.status is RunStatus.RUNNING:
        raise WrongState(
            f"Run {run_id} is still in progress. Wait for it to end, or cancel it, then retry it."
        )
    if not run.task_id:
        raise WrongState(f"Run {run_id} was a test of an action. Test the action again instead.")
    address = RunAddress.parse(run_id)
    nominal = naming.nominal_instant(address.workflow_id)
    order = await _order(temporal, run, address, as_it_was=nominal is None)
    order = order.model_copy(update={"requested_by": by})
    return await start_run(
        temporal, order, naming.retry_run(run.task_id, secrets.token_hex(8), nominal)
    )


async def _order(temporal: Temporal, run: Run, address: RunAddress, *, as_it_was: bool) -> RunOrder:
    found = await TaskReader(temporal).find_or_none(run.task_id)
    if found is None:
        raise WrongState(f"Task {run.task_id!r} is deleted and does not run again.")
    now = found.state.order(cause=RunCause.RETRY, scheduled_for=run.scheduled_for)
    if not as_it_was:
        return now
    handle = temporal.client.get_workflow_handle(address.workflow_id, run_id=address.execution)
    fetched = await temporal.ask(handle.fetch_history())
    history = await run_history(temporal.client, fetched)
    if history.order is not None:
        known = {"cause": RunCause.RETRY, "scheduled_for": run.scheduled_for, "kind": now.kind}
        return history.order.model_copy(update=known)
    assert history.state is not None
    return history.state.order(cause=RunCause.RETRY, scheduled_for=run.scheduled_for)
