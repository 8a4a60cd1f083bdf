"""Reads from Temporal what a run has written so far.

1. The output of an ended activity is in its result, its failure, or its last heartbeat.
2. The output of an activity in progress is in its last heartbeat, up to a few seconds old; its
   worker knows more, see `asking.py`.
3. Of a run of an earlier release, only the stored output is known.
"""

from __future__ import annotations

from dataclasses import dataclass

from temporalio.api.workflow.v1 import PendingActivityInfo

from onthedot import naming
from onthedot.activities.attempts.events import in_progress, instant_of
from onthedot.naming.run_address import RunAddress
from onthedot.scheduling.action import RESERVED_PREFIX, ActivityAction
from onthedot.scheduling.run import Run, RunStatus
from onthedot.scheduling.stored.written import Stream, WrittenPiece, details_piece, joined
from onthedot.service.ledger.run_history import written_by
from onthedot.service.ledger.skipped import SkippedRuns
from onthedot.service.runs.reading import RunRead, read_run
from onthedot.service.temporal.calls import Temporal


@dataclass(frozen=True)
class OutputRead:
    """A run and its output. Pieces are in order; their offsets show gaps."""

    run: Run
    pieces: tuple[WrittenPiece, ...] = ()
    base: int = 0
    """How much ended activities wrote; a worker counts only its own activity's output."""
    worker: str = ""
    """The identity of the worker on which a command is running."""

    @property
    def is_complete(self) -> bool:
        """Whether there will be no more output."""
        return self.run.status is not RunStatus.RUNNING


async def read_output(temporal: Temporal, run_id: str) -> OutputRead:
    """The run and its output so far.

    Raises:
        RunNotFound: there is none, or it is past the retention.
    """
    address = RunAddress.parse(run_id)
    if address.execution == naming.NO_EXECUTION:
        return OutputRead(await SkippedRuns(temporal).one(address))
    read = await read_run(temporal, run_id)
    ended = joined(read.history.written)
    base = ended[-1].end if ended else 0
    pending = read.pending[0] if read.pending else None
    if pending is None:
        return OutputRead(read.run, tuple(ended) or _shown(read.run), base)
    worker = pending.last_worker_identity if in_progress(pending) else ""
    if pending.activity_type.name == naming.COMMAND:
        now = await written_by(temporal.client, pending.heartbeat_details)
        return OutputRead(read.run, tuple(joined([ended, now])), base, worker)
    # Other people's workers cannot be asked.
    queue = read.action.task_queue if isinstance(read.action, ActivityAction) else None
    worker = worker if queue in (None, temporal.task_queue) else ""
    return OutputRead(read.run, tuple(await _details(temporal, read, pending)), 0, worker)


async def _details(
    temporal: Temporal, read: RunRead, pending: PendingActivityInfo
) -> list[WrittenPiece]:
    """The details of the last heartbeat of other people's activities."""
    details = pending.heartbeat_details.payloads
    if not details or pending.activity_type.name.startswith(RESERVED_PREFIX):
        return []
    try:
        values = await temporal.client.data_converter.decode(details)
    except Exception:
        # Another converter wrote them.
        return []
    at = instant_of(pending.last_heartbeat_time)
    return [details_piece(values, read.history.attempts_before + pending.attempt, at)]


def _shown(run: Run) -> tuple[WrittenPiece, ...]:
    """The stored output of a command, which does not keep the order of the two streams."""
    if not isinstance(run.output, dict) or "exit_code" not in run.output:
        return ()
    at = run.finished_at or run.started_at or run.scheduled_for
    pieces = (
        [WrittenPiece(attempt=max(run.attempts, 1), stream=stream, at=at, offset=0, text=text)]
        for stream in (Stream.STDOUT, Stream.STDERR)
        if isinstance(text := run.output.get(stream.value), str) and text
    )
    return tuple(joined(pieces))
