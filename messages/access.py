"""The caller, and payloads to decrypt (Temporal's remote-codec protocol)."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from onthedot.access.identity import Via
from onthedot.access.roles import Role

#: The most payloads in one call. The Web UI sends those of one page.
MOST_PAYLOADS = 10_000


class Me(BaseModel):
    """The caller of this call."""

    name: str = Field(description="The name that changes are recorded under.", examples=["ci"])
    role: Role = Field(description="Each has all rights of those before it.")
    via: Via = Field(description="`loopback` where no token is configured.")


def _base64(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is not base64") from None
    return text


Base64 = Annotated[str, AfterValidator(_base64)]


class EncodedPayload(BaseModel):
    """One payload. Fields that Temporal may add are ignored."""

    metadata: dict[str, Base64] = Field(default={}, description="Values are base64.")
    data: Base64 = Field(default="", description="Base64.")


class EncodedPayloads(BaseModel):
    """Some payloads."""

    payloads: list[EncodedPayload] = Field(default=[], max_length=MOST_PAYLOADS)
