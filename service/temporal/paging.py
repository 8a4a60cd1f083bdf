"""Cursors: where a walk through a list stands. Opaque to a caller, checked when they come back."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from onthedot.scheduling.errors import FieldProblem, InvalidDefinition

T = TypeVar("T")

#: The most rows of a page.
MAX_LIMIT = 500


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and where to go on; no cursor on the last page."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True)
class Cursor:
    """A place in a walk: Temporal's own token, the instant the walk began, and what it walks."""

    token: bytes | None
    began: datetime

    def encoded(self, query: str) -> str:
        """The cursor for the next page of `query`."""
        token, began = base64.b64encode(self.token or b"").decode(), self.began.timestamp()
        fields = {"t": token, "b": began, "q": _digest(query, token, began)}
        return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")

    @classmethod
    def decoded(cls, cursor: str | None, query: str, now: datetime) -> Cursor:
        """The place that `cursor` names in a walk of `query`; the beginning without one.

        Raises:
            InvalidDefinition: it is not a cursor of this list with these filters.
        """
        if not cursor:
            return cls(None, now)
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            fields = json.loads(base64.urlsafe_b64decode(padded.encode()))
            token = base64.b64decode(fields["t"])
            began = datetime.fromtimestamp(float(fields["b"]), UTC)
            fits = fields["q"] == _digest(query, fields["t"], fields["b"])
        except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
            fits = False
        if not fits:
            mend = "is not a cursor of this list with these filters; leave it out to begin again"
            raise InvalidDefinition(FieldProblem("cursor", mend))
        return cls(token, began)


def _digest(query: str, token: str, began: float) -> str:
    """Of the whole cursor: Temporal takes a token that was tampered with for a fault of its own."""
    return hashlib.sha256(f"{query}\n{token}\n{began}".encode()).hexdigest()[:16]


def literal(value: str) -> str:
    """A text as a literal of Temporal's list filter."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def instant(value: datetime) -> str:
    """An instant as a literal of Temporal's list filter."""
    return f"'{value.astimezone(UTC).isoformat().replace('+00:00', 'Z')}'"
