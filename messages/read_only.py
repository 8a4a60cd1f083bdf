"""Fields of responses that a client may send back."""

from __future__ import annotations

from typing import Any

from pydantic import Field

IGNORED: Any = Field(
    default=None, description="Read-only: ignored.", json_schema_extra={"readOnly": True}
)
