"""The output of a run, as REST returns and streams it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onthedot.scheduling.run import Run, RunPhase, RunStatus
from onthedot.scheduling.stored.written import WrittenPiece
from onthedot.scheduling.values import Instant

#: The names of the events of `GET /runs/{id}/output?follow=true`.
OUTPUT_EVENT = "output"
RUN_EVENT = "run"
END_EVENT = "end"


class RunState(BaseModel):
    """The state of a run: the data of the events `run` and `end`."""

    id: str
    status: RunStatus
    phase: RunPhase | None = Field(default=None, description="While it runs: what it is doing.")
    phase_since: Instant | None = None
    attempt: int | None = Field(
        default=None, description="While it runs: the current or next attempt."
    )
    next_attempt_at: Instant | None = None
    waiting_for: str = ""
    started_at: Instant | None = None
    finished_at: Instant | None = None

    @classmethod
    def of(cls, run: Run) -> RunState:
        """The part of a run that a stream sends."""
        return cls(**{name: getattr(run, name) for name in cls.model_fields})


class RunOutput(BaseModel):
    """The output of a run."""

    run: RunState
    items: list[WrittenPiece] = Field(
        description="In the order in which it was written. Up to 1 MiB for each run: longer "
        "output keeps its head and its tail."
    )
    size: int = Field(description="The size of the output so far, in bytes of UTF-8.")
    left_out: int = Field(description="Bytes of these that were discarded.")
    complete: bool = Field(description="The run has ended: nothing follows.")

    @classmethod
    def of(cls, run: Run, pieces: list[WrittenPiece], *, after: int = 0) -> RunOutput:
        """The output after `after`."""
        size = max((piece.end for piece in pieces), default=0)
        wanted = [piece.past(after) for piece in pieces if piece.end > after]
        return cls(
            run=RunState.of(run),
            items=wanted,
            size=size,
            left_out=max(size - after, 0) - sum(piece.size for piece in wanted),
            complete=run.status is not RunStatus.RUNNING,
        )
