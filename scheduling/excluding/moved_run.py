"""A moved run, as previews show it; separate, so that clients need not load its computation."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from onthedot.scheduling.values import Instant, Model


class MovedRun(Model):
    """A run on another day than its expression names, as previews show it."""

    at: Instant = Field(description="When it runs, as in `next_runs`.")
    named: date = Field(description="The local day that it moved from.")
    reason: str = Field(examples=["Christmas Day"])
    text: str = Field(examples=["moved from Fri 25 Dec: Christmas Day"])
