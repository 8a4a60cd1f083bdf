"""The differences between two definitions, and their effect on upcoming runs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import JsonValue

from onthedot.scheduling.revisions.revision import Difference
from onthedot.ui.components.markup import box, text

#: Longer values are truncated; the definition has them in full.
_LONGEST = 300


def show_differences(
    found: Sequence[Difference], *, none: str = "The definition is the same."
) -> None:
    """A line for each field: before and after."""
    if not found:
        text(none, "muted small", tag="p")
        return
    with box("differences", "dl"):
        for each in found:
            text(each.path, "mono small", tag="dt")
            with box("wrap small", "dd"):
                if each.before is not None:
                    text(_shown(each.before), "gone", tag="del")
                if each.before is not None and each.after is not None:
                    text(" → ", "faint")
                if each.after is not None:
                    text(_shown(each.after), "come", tag="ins")


def _shown(value: JsonValue) -> str:
    said = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
