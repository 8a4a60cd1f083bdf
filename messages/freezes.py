"""What the calls on freezes answer beside the domain's models."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onthedot.scheduling.freezes.freeze import Freeze


class FreezePage(BaseModel):
    """The freezes that stand, by name. All fit on one page."""

    items: list[Freeze]
    next_cursor: str | None = Field(default=None, description="Always null.")
