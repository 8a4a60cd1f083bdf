"""Values of protobuf's JSON: durations, payloads."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

_SECONDS = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)s", re.ASCII)
_JSON = ("json/plain", "json/protobuf")


class PayloadError(ValueError):
    """A payload that is not JSON; the message names its encoding."""


def seconds_of(text: str) -> float | None:
    """`90s` as 90; None for no duration or zero."""
    match = _SECONDS.fullmatch(text)
    return float(match[1]) or None if match else None


def payload_value(payload: Any) -> Any:
    """The JSON value of a payload.

    Raises:
        PayloadError: it is encrypted, binary, or not a payload.
    """
    if not isinstance(payload, dict) or not isinstance(payload.get("metadata"), dict):
        raise PayloadError("is not a payload")
    encoding = _decoded(payload["metadata"].get("encoding")).decode("utf-8", "replace")
    if encoding == "binary/null":
        return None
    if encoding not in _JSON:
        raise PayloadError(f"is {encoding or 'of no known encoding'}, not JSON")
    try:
        return json.loads(_decoded(payload.get("data")))
    except ValueError:
        raise PayloadError("is not valid JSON") from None


def _decoded(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except binascii.Error:
        return b""
