"""Responses of the calls on freezes that are not models of the domain."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from onthedot.scheduling.freezes.freeze import Freeze, FreezeDefinition

_IGNORED: Any = Field(
    default=None, description="Read-only: ignored.", json_schema_extra={"readOnly": True}
)


class FreezeBody(FreezeDefinition):
    """A freeze as a client writes it, or as it was answered: what is read-only is ignored."""

    name: Any = _IGNORED
    in_force: Any = _IGNORED
    ends_at: Any = _IGNORED
    next_at: Any = _IGNORED
    created_at: Any = _IGNORED
    updated_at: Any = _IGNORED
    updated_by: Any = _IGNORED

    @property
    def definition(self) -> FreezeDefinition:
        """What is to be kept of it."""
        return FreezeDefinition(
            **{name: getattr(self, name) for name in FreezeDefinition.model_fields}
        )


class FreezePage(BaseModel):
    """All current freezes, by name, on one page."""

    items: list[Freeze]
    next_cursor: str | None = Field(default=None, description="Always null.")
