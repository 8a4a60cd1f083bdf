"""What differs between two definitions, field by field, and what that means for coming runs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import JsonValue

from onthedot.scheduling.revisions.revision import Difference
from onthedot.ui.components.markup import box, text

#: Longer values are cut; the whole of it is in the definition.
_LONGEST = 300


def show_differences(
    found: Sequence[Difference], *, none: str = "The definition is the same."
) -> None:
    """A line a field: what was, and what is."""
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
