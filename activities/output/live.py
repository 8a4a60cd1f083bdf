"""What the runs of this process have written so far, for whoever asks while they run.

One for the process, not for each worker in it: a run is in one place only, and its execution's id
is no other's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from temporalio import activity

from onthedot.activities.output.kept import KeptOutput
from onthedot.scheduling.stored.live import LiveOutput, Wanted


@dataclass(frozen=True)
class _Running:
    kept: KeptOutput
    attempt: int
    began: int


_running: dict[str, _Running] = {}


@contextmanager
def shown_live(kept: KeptOutput, attempt: int) -> Iterator[None]:
    """While the block runs, what the run of this activity writes can be asked for."""
    execution = activity.info().workflow_run_id or ""
    this = _running[execution] = _Running(kept, attempt, kept.size)
    try:
        yield
    finally:
        # Another attempt of the same run may have begun, where this one was given up.
        if _running.get(execution) is this:
            del _running[execution]


def live_output(wanted: Sequence[Wanted], *, most: int) -> tuple[LiveOutput, ...]:
    """What those of the runs have written that are here, for about `most` bytes in all."""
    here = [(each, _running[each.execution]) for each in wanted if each.execution in _running]
    return tuple(
        LiveOutput(
            execution=each.execution,
            size=run.kept.size,
            attempt=run.attempt,
            began=run.began,
            pieces=tuple(run.kept.after(each.after, most=most // len(here))),
        )
        for each, run in here
    )
