"""Decides whether a run has to wait for a freeze.

If no freeze is in force, this adds no event: the worker knows. If one may be in force, a patch
marker records that the run asked, so that a replay asks at the same point, whatever its worker
knows by then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from onthedot import naming
from onthedot.scheduling.stored.freeze_order import FreezeQuestion, FreezeVerdict

_PATCH = "onthedot.freezes"
_MARGIN = timedelta(seconds=10)
_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(minutes=1)
#: The timer's label in Temporal's Web UI.
_UNKNOWN = "Until the freezes can be read"


class FreezeGate:
    """The freeze checks of one workflow before its run begins."""

    def __init__(self, task_id: str) -> None:
        self._task_id = task_id
        self._came = 0
        self._asks = False

    async def freeze(self, *, due: datetime, until: datetime) -> FreezeVerdict | None:
        """The freeze that keeps the run from starting; None if it may begin.

        Waits while the freezes cannot be read, at the latest `until`.
        """
        if not self._has_to_ask(due):
            return None
        wait = _FIRST_WAIT
        while True:
            verdict = await _asked(FreezeQuestion(task_id=self._task_id, due=due))
            if not verdict.unknown:
                return verdict if verdict.name else None
            if workflow.now() >= until:
                return None
            await workflow.sleep(min(wait, until - workflow.now()), summary=_UNKNOWN)
            wait = min(wait * 2, _LONGEST_WAIT)

    def _has_to_ask(self, due: datetime) -> bool:
        """Whether to ask; each check has its own marker, and after the first yes it always asks."""
        self._came += 1
        if self._asks:
            return True
        if not workflow.unsafe.is_replaying():
            may_be = workflow.extern_functions().get(naming.MAY_BE_FROZEN)
            if may_be is None or not may_be(due):
                return False
        self._asks = workflow.patched(f"{_PATCH}-{self._came}")
        return self._asks


async def _asked(question: FreezeQuestion) -> FreezeVerdict:
    try:
        verdict: FreezeVerdict = await workflow.execute_local_activity(
            naming.CHECK_FREEZE,
            question,
            result_type=FreezeVerdict,
            start_to_close_timeout=_MARGIN,
            retry_policy=RetryPolicy(maximum_attempts=2),
        )
    except (ActivityError, ApplicationError) as error:
        if is_cancelled_exception(error):
            raise
        return FreezeVerdict(unknown=True)
    return verdict
