"""Temporal's remote-codec protocol: payloads as JSON, bytes as base64."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

#: The most payloads of one call; the Web UI sends those of one page.
MOST_PAYLOADS = 10_000


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
