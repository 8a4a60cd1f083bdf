"""The form that output must have to be stored in Temporal and shown."""

from __future__ import annotations

from typing import Any

from onthedot.activities.secrets.redaction import MAX_SECRET
from onthedot.scheduling.payload import encode_json
from onthedot.scheduling.stored.attempt import MAX_OUTPUT

#: Bytes read: beyond the cut, so that a secret across the cut is still recognised.
READ_AT_MOST = MAX_OUTPUT + 4 * MAX_SECRET

#: Nesting that every JSON reader on the way supports.
_DEEPEST = 64


def cut_text(text: str) -> tuple[str, bool]:
    """The first `MAX_OUTPUT` bytes of `text` in UTF-8, and whether anything was left out."""
    data = text.encode(errors="replace")
    return data[:MAX_OUTPUT].decode(errors="ignore"), len(data) > MAX_OUTPUT


def is_storable(value: Any) -> bool:
    """Whether a parsed JSON value can be written as JSON again, by anyone."""
    try:
        return _depth_at_most(value, _DEEPEST) and bool(encode_json(value))
    except ValueError:
        return False


def _depth_at_most(value: Any, depth: int) -> bool:
    if not isinstance(value, list | dict):
        return True
    items = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(_depth_at_most(item, depth - 1) for item in items)
