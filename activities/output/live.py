"""What the runs of this process have written so far, to be read while they run.

Kept for the whole process, not for each worker in it: execution ids are unique.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from temporalio import activity
from temporalio.worker import ActivityOutboundInterceptor

from onthedot.activities.output.kept import KeptOutput
from onthedot.scheduling.action import RESERVED_PREFIX
from onthedot.scheduling.stored.live import LiveOutput, Wanted
from onthedot.scheduling.stored.written import details_piece


@dataclass(frozen=True)
class _Running:
    kept: KeptOutput
    attempt: int
    began: int


_running: dict[str, _Running] = {}


@contextmanager
def shown_live(kept: KeptOutput, attempt: int) -> Iterator[None]:
    """While the block runs, make the output of this activity's run available."""
    execution = activity.info().workflow_run_id or ""
    this = _running[execution] = _Running(kept, attempt, kept.size)
    try:
        yield
    finally:
        # If this attempt was given up, another one of the same run may have begun.
        if _running.get(execution) is this:
            del _running[execution]


class _Said(NamedTuple):
    attempt: int
    at: datetime
    details: tuple[Any, ...]


_said: dict[str, _Said] = {}


class HeartbeatsShown(ActivityOutboundInterceptor):
    """Notes the heartbeat details of any activity; the SDK sends Temporal only some of them.

    Heartbeats may come from a thread of the activity."""

    def heartbeat(self, *details: Any) -> None:
        """Note the details, and pass them on."""
        info = activity.info()
        if details and not info.activity_type.startswith(RESERVED_PREFIX):
            said = _Said(info.attempt, datetime.now(UTC), details)
            _said[info.workflow_run_id or ""] = said
        self.next.heartbeat(*details)


@contextmanager
def heartbeats_shown() -> Iterator[None]:
    """Forget the activity's heartbeat details when the block ends."""
    execution = activity.info().workflow_run_id or ""
    try:
        yield
    finally:
        _said.pop(execution, None)


def _of_activity(each: Wanted) -> LiveOutput | None:
    said = _said.get(each.execution)
    if said is None:
        return None
    details = details_piece(said.details, said.attempt, said.at)
    return LiveOutput(execution=each.execution, size=0, attempt=said.attempt, details=details)


def live_output(wanted: Sequence[Wanted], *, most: int) -> tuple[LiveOutput, ...]:
    """The output of the wanted runs that are in this process, about `most` bytes in all."""
    here = [(each, _running[each.execution]) for each in wanted if each.execution in _running]
    others = filter(None, map(_of_activity, wanted))
    return tuple(others) + tuple(
        LiveOutput(
            execution=each.execution,
            size=run.kept.size,
            attempt=run.attempt,
            began=run.began,
            pieces=tuple(run.kept.after(each.after, most=most // len(here))),
        )
        for each, run in here
    )
