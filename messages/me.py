"""Who one is, as REST answers it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onthedot.access.identity import Via
from onthedot.access.roles import Role


class Me(BaseModel):
    """The caller of this very call."""

    name: str = Field(description="Changes are put down to it.", examples=["ci"])
    role: Role = Field(description="Each has all rights of those before it.")
    via: Via = Field(description="`loopback` where no token is configured.")
