"""Literals of Temporal's list filter, for visibility queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from onthedot.scheduling.values import format_instant


def literal(value: str) -> str:
    """A text."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def literals(values: Iterable[str]) -> str:
    """Texts in parentheses, for `IN`."""
    return f"({', '.join(map(literal, values))})"


def instant(value: datetime) -> str:
    """An instant."""
    return f"'{format_instant(value)}'"
