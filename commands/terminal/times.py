"""Times as people write and read them: in their own time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

_RELATIVE = re.compile(r"([+-])(\d{1,6})([smhdw])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def shown(at: datetime | None) -> str:
    """An instant in the reader's zone, with its offset; nothing for None."""
    if at is None:
        return ""
    return at.astimezone().isoformat(sep=" ", timespec="seconds")


def lasting(length: timedelta | None) -> str:
    """A duration in short: `1.2 s`, `3 min`, `2 h`."""
    if length is None:
        return ""
    seconds = length.total_seconds()
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:.2f}".rstrip("0").rstrip(".") + " s"


class Instant(click.ParamType[datetime]):
    """A time as the value of an option."""

    name = "TIME"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        if value == "now":
            return datetime.now(UTC)
        if found := _RELATIVE.fullmatch(value):
            away = timedelta(**{_UNITS[found[3]]: int(found[2])})
            return datetime.now(UTC) + (away if found[1] == "+" else -away)
        try:
            # Without an offset, it is in the reader's zone.
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is not a time: write 2026-12-24, 2026-12-24T18:00, the same with an "
                f"offset (…+01:00 or …Z), now, or -2h, +3d (s, m, h, d, w).",
                param,
                ctx,
            )


INSTANT = Instant()
