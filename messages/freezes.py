"""Responses of the calls on freezes that are not models of the domain."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onthedot.scheduling.freezes.freeze import Freeze


class FreezePage(BaseModel):
    """All current freezes, by name, on one page."""

    items: list[Freeze]
    next_cursor: str | None = Field(default=None, description="Always null.")
