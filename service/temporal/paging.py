"""Cursors: positions in a list, opaque to callers and verified when they come back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.service.temporal.calls import Temporal

T = TypeVar("T")

#: The most rows of a page.
MAX_LIMIT = 500


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and the cursor of the next page; None on the last page.

    `unread` maps the ids of rows that a later release wrote to why they are not among the items.
    """

    items: list[T]
    next_cursor: str | None = None
    unread: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cursor:
    """A position in a walk: Temporal's token, when the walk began, and its query.

    It is signed, because Temporal reports an invalid token as an internal error.
    """

    token: bytes | None
    began: datetime

    def encoded(self, query: str, key: bytes) -> str:
        """The cursor for the next page of `query`, signed with a key that all servers share."""
        token, began = base64.b64encode(self.token or b"").decode(), self.began.timestamp()
        fields = {"t": token, "b": began, "q": _signature(key, query, token, began)}
        return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")

    @classmethod
    def decoded(cls, cursor: str | None, query: str, now: datetime, key: bytes) -> Cursor:
        """The position of `cursor` in a walk of `query`; the beginning if it is None.

        Raises:
            InvalidDefinition: it is not a cursor of this list with these filters.
        """
        if not cursor:
            return cls(None, now)
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            fields = json.loads(base64.urlsafe_b64decode(padded.encode()))
            signature = _signature(key, query, fields["t"], fields["b"])
            if not hmac.compare_digest(str(fields["q"]).encode(), signature.encode()):
                raise _no_cursor()
            return cls(
                base64.b64decode(fields["t"]), datetime.fromtimestamp(float(fields["b"]), UTC)
            )
        except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
            raise _no_cursor() from None


async def cursor_key(temporal: Temporal) -> bytes:
    """The key that signs cursors: the same for all servers of a namespace, and in no response."""
    return f"cursor:{await temporal.namespace_id()}".encode()


def _no_cursor() -> InvalidDefinition:
    fix = "is not a cursor of this list with these filters; leave it out to start over"
    return InvalidDefinition(FieldProblem("cursor", fix))


def _signature(key: bytes, query: str, token: str, began: float) -> str:
    signed = f"{query}\n{token}\n{began}".encode("utf-8", "surrogatepass")
    return hmac.new(key, signed, hashlib.sha256).hexdigest()[:32]
