"""Responses of the calls on freezes that are not models of the domain."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from onthedot.messages import IGNORED
from onthedot.scheduling.freezes.freeze import Freeze, FreezeDefinition


class FreezeBody(FreezeDefinition):
    """A freeze as a client writes it, or as it was returned: read-only fields are ignored."""

    name: Any = IGNORED
    in_force: Any = IGNORED
    ends_at: Any = IGNORED
    next_at: Any = IGNORED
    created_at: Any = IGNORED
    updated_at: Any = IGNORED
    updated_by: Any = IGNORED

    @property
    def definition(self) -> FreezeDefinition:
        """The part of it that is stored."""
        return FreezeDefinition.part_of(self)


class FreezePage(BaseModel):
    """All current freezes, by name, on one page."""

    items: list[Freeze]
    next_cursor: str | None = Field(default=None, description="Always null.")
