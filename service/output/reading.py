"""What a run has written so far, as Temporal keeps it.

1. An activity that has ended left it in its result, its failure, or its last heartbeat.
2. One that has not is known by its last heartbeat, which is up to a few seconds old; of one that
   goes on, its worker knows more, see `asking.py`.
3. A run of an earlier release has what its output shows of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo

from onthedot import naming
from onthedot.scheduling.action import RESERVED_PREFIX, ActivityAction
from onthedot.scheduling.run import Run, RunStatus
from onthedot.scheduling.stored.written import Stream, WrittenPiece, details_piece, joined
from onthedot.service.ledger.history import instant_of, written_by
from onthedot.service.ledger.skipped import SkippedRuns
from onthedot.service.runs.reading import RunRead, read_run
from onthedot.service.temporal.calls import Temporal

_GOES_ON = (
    PendingActivityState.PENDING_ACTIVITY_STATE_STARTED,
    PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED,
)


@dataclass(frozen=True)
class OutputRead:
    """A run and what it has written. Pieces are in order; where some are missing, offsets tell."""

    run: Run
    pieces: tuple[WrittenPiece, ...] = ()
    base: int = 0
    """What activities wrote that have ended: a worker counts what its own one writes."""
    worker: str = ""
    """The identity of the worker that carries a command out right now."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing more comes."""
        return self.run.status is not RunStatus.RUNNING


async def read_output(temporal: Temporal, run_id: str) -> OutputRead:
    """What there is now.

    Raises:
        RunNotFound: there is none, or it is past the retention.
        TemporalUnavailable: Temporal does not answer.
    """
    address = naming.RunAddress.parse(run_id)
    if address.execution == naming.NO_EXECUTION:
        return OutputRead(await SkippedRuns(temporal).one(address))
    read = await read_run(temporal, run_id)
    ended = joined(read.history.written)
    base = ended[-1].end if ended else 0
    pending = read.pending[0] if read.pending else None
    if pending is None:
        return OutputRead(read.run, tuple(ended) or _shown(read.run), base)
    worker = pending.last_worker_identity if pending.state in _GOES_ON else ""
    if pending.activity_type.name == naming.COMMAND:
        now = await written_by(temporal.client, pending.heartbeat_details)
        return OutputRead(read.run, tuple(joined([ended, now])), base, worker)
    # Someone else's worker cannot be asked.
    queue = read.action.task_queue if isinstance(read.action, ActivityAction) else None
    worker = worker if queue in (None, temporal.task_queue) else ""
    return OutputRead(read.run, tuple(await _details(temporal, read, pending)), 0, worker)


async def _details(
    temporal: Temporal, read: RunRead, pending: PendingActivityInfo
) -> list[WrittenPiece]:
    """What someone's activity last said in a heartbeat."""
    details = pending.heartbeat_details.payloads
    if not details or pending.activity_type.name.startswith(RESERVED_PREFIX):
        return []
    try:
        values = await temporal.client.data_converter.decode(details)
    except Exception:
        # Someone else's converter made them.
        return []
    at = instant_of(pending.last_heartbeat_time)
    return [details_piece(values, read.history.attempts_before + pending.attempt, at)]


def _shown(run: Run) -> tuple[WrittenPiece, ...]:
    """What the output of a command shows, which is not in the order in which it was written."""
    if not isinstance(run.output, dict) or "exit_code" not in run.output:
        return ()
    at = run.finished_at or run.started_at or run.scheduled_for
    pieces = (
        [WrittenPiece(attempt=max(run.attempts, 1), stream=stream, at=at, offset=0, text=text)]
        for stream in (Stream.STDOUT, Stream.STDERR)
        if isinstance(text := run.output.get(stream.value), str) and text
    )
    return tuple(joined(pieces))
