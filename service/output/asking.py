"""Asks a worker for the output of its runs, with a query to its workflow; see `workflows/live.py`.

That workflow is started when the worker is first asked.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import WorkflowQueryFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.scheduling.stored.live import LiveAnswer, LiveQuestion
from onthedot.service.temporal.calls import Temporal

#: How long Temporal waits for the worker to pick up its workflow.
_TAKEN_UP = timedelta(seconds=10)

#: The longest pause after a worker did not answer, in seconds.
_LONGEST_ALONE = 60.0


async def ask_worker(
    temporal: Temporal, identity: str, question: LiveQuestion
) -> LiveAnswer | None:
    """The answer of the worker process with this identity; None if it does not answer, as workers
    of earlier releases and of other people cannot.

    Raises:
        TemporalUnavailable: Temporal appears to be unreachable.
    """
    for _ in range(2):
        try:
            return await _query(temporal, identity, question)
        except (WorkflowQueryFailedError, TemporalUnavailable):
            return None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                await _introduce(temporal, identity)
            elif error.status in (
                RPCStatusCode.FAILED_PRECONDITION,
                RPCStatusCode.INVALID_ARGUMENT,
            ):
                # The workflow was not picked up, or the worker is gone.
                await _introduce(temporal, identity)
                return None
            else:
                raise
    return None


async def _query(temporal: Temporal, identity: str, question: LiveQuestion) -> LiveAnswer:
    # A worker normally answers within a few hundredths of a second, unless its machine is busy.
    handle = temporal.client.get_workflow_handle(naming.live(identity))
    return await temporal.ask(
        handle.query(
            naming.LIVE_OUTPUT, question, result_type=LiveAnswer, rpc_timeout=temporal.rpc_timeout
        )
    )


async def _introduce(temporal: Temporal, identity: str) -> None:
    """Start the workflow that represents a worker, unless it exists."""
    try:
        await temporal.ask(
            temporal.client.start_workflow(
                naming.LIVE,
                id=naming.live(identity),
                task_queue=naming.live_queue(identity),
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                execution_timeout=_TAKEN_UP,
                static_summary="Lets a server ask this worker what its runs write",
            )
        )
    except WorkflowAlreadyStartedError:
        return


class Silence:
    """Workers that did not answer: each is not asked again for a while, longer each time."""

    def __init__(self) -> None:
        self._until: dict[str, tuple[float, float]] = {}
        """By identity: the end of the pause on the monotonic clock, and its length."""

    def leaves_alone(self, identity: str, now: float) -> bool:
        """Whether it should not be asked at `now`, in seconds of the monotonic clock."""
        return self._until.get(identity, (0.0, 0.0))[0] > now

    def heard(self, identity: str) -> None:
        """Note that it answered."""
        self._until.pop(identity, None)

    def unheard(self, identity: str, now: float) -> None:
        """Note that it did not answer."""
        wait = min(2 * self._until.get(identity, (0.0, 0.5))[1], _LONGEST_ALONE)
        # Forget workers that are gone.
        self._until = {k: v for k, v in self._until.items() if v[0] > now - _LONGEST_ALONE}
        self._until[identity] = (now + wait, wait)
