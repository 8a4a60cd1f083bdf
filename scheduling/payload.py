"""Encodes JSON in one form, so that measured sizes are those that are sent."""

from __future__ import annotations

import json

from pydantic import JsonValue


def encode_json(value: JsonValue) -> bytes:
    """Compact JSON in UTF-8.

    Raises:
        ValueError: it contains a number or a character that JSON in UTF-8 cannot represent.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def encode_body(body: JsonValue) -> bytes:
    """An HTTP body: text unchanged, None as nothing, anything else as JSON.

    Raises:
        ValueError: like `encode_json`.
    """
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else encode_json(body)


def is_deeper_than(value: JsonValue, levels: int) -> bool:
    """Whether arrays and objects are nested in more than `levels` levels."""
    level: list[JsonValue] = [value]
    for _ in range(levels):
        level = [
            inner
            for outer in level
            for inner in (
                outer.values()
                if isinstance(outer, dict)
                else outer
                if isinstance(outer, list)
                else ()
            )
        ]
    return any(isinstance(value, list | dict) for value in level)
