"""Asking a worker what its runs have written, by a query that costs Temporal no event.

The workflow that stands for a worker process is started when the worker is asked for the first
time; see `workflows/live.py`.
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
from onthedot.service.temporal.calls import RPC_TIMEOUT, Temporal

#: A worker that is there answers within a few hundredths of a second, unless its machine is busy.
_PATIENCE = RPC_TIMEOUT

#: So long Temporal waits until the worker has taken up the workflow that stands for it.
_TAKEN_UP = timedelta(seconds=10)

#: How long a worker that does not answer is left alone at most, in seconds.
_LONGEST_ALONE = 60.0


async def ask_worker(
    temporal: Temporal, identity: str, question: LiveQuestion
) -> LiveAnswer | None:
    """What the worker process with this identity says; None if it does not answer, which one of
    an earlier release or of someone else's cannot.

    Raises:
        TemporalUnavailable: Temporal is away, as far as can be told from a worker's silence.
    """
    for _ in range(2):
        try:
            return await _query(temporal, identity, question)
        except WorkflowQueryFailedError:
            return None
        except TemporalUnavailable:
            return None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                await _introduce(temporal, identity)
            elif error.status in (
                RPCStatusCode.FAILED_PRECONDITION,
                RPCStatusCode.INVALID_ARGUMENT,
            ):
                # It was not taken up, or nobody polls there.
                await _introduce(temporal, identity)
                return None
            else:
                raise
    return None


async def _query(temporal: Temporal, identity: str, question: LiveQuestion) -> LiveAnswer:
    handle = temporal.client.get_workflow_handle(naming.live(identity))
    return await temporal.ask(
        handle.query(naming.LIVE_OUTPUT, question, result_type=LiveAnswer, rpc_timeout=_PATIENCE),
        _PATIENCE,
    )


async def _introduce(temporal: Temporal, identity: str) -> None:
    """Start the workflow that stands for a worker, unless it is there."""
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
    """Workers that did not answer: each is left alone for a while, which grows with each time."""

    def __init__(self) -> None:
        self._until: dict[str, tuple[float, float]] = {}
        """By identity: until when, and for how long that is."""

    def leaves_alone(self, identity: str, now: float) -> bool:
        """Whether it should not be asked at `now`, in seconds of a monotonic clock."""
        return self._until.get(identity, (0.0, 0.0))[0] > now

    def heard(self, identity: str) -> None:
        """It answered."""
        self._until.pop(identity, None)

    def unheard(self, identity: str, now: float) -> None:
        """It did not answer."""
        wait = min(2 * self._until.get(identity, (0.0, 0.5))[1], _LONGEST_ALONE)
        # Whoever is gone for good is forgotten.
        self._until = {k: v for k, v in self._until.items() if v[0] > now - _LONGEST_ALONE}
        self._until[identity] = (now + wait, wait)
