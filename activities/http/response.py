"""A receiver's response, as far as it is kept, and what its status means for the run."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from onthedot.activities.secrets.redaction import Redactor
from onthedot.activities.stored_text import READ_AT_MOST, cut_text, is_storable
from onthedot.scheduling.action import HttpAction

_SHOWN_HEADERS = (
    "Content-Type",
    "Content-Length",
    "Date",
    "Location",
    "ETag",
    "Retry-After",
    "X-Request-Id",
)

#: The receiver may respond differently later: timeout, too early, too many requests.
_PASSING = frozenset({408, 425, 429})

#: A receiver may ask for a delay, but not postpone a run indefinitely.
LONGEST_RETRY_AFTER = timedelta(hours=1)


@dataclass
class Answer:
    """A response, read up to a limit. Filled as it arrives, so a broken one can be shown too."""

    status: int
    headers: dict[str, str]
    content_type: str
    charset: str
    stated_size: int | None
    data: bytearray = field(default_factory=bytearray)
    whole: bool = False
    """The receiver finished, and everything was read."""
    at_most: int = READ_AT_MOST
    """How many bytes of the body are read."""
    capped: bool = False
    """Reading ended because enough was read."""

    @classmethod
    def begin(cls, response: aiohttp.ClientResponse, at_most: int = READ_AT_MOST) -> Answer:
        """An answer with the status and headers of a response, without its body yet."""
        headers = {
            name.lower(): response.headers[name].encode(errors="replace").decode()
            for name in _SHOWN_HEADERS
            if name in response.headers
        }
        return cls(
            status=response.status,
            at_most=at_most,
            headers=headers,
            content_type=response.content_type,
            charset=response.charset or "utf-8",
            stated_size=response.content_length if response.method != "HEAD" else None,
        )

    async def read(self, response: aiohttp.ClientResponse) -> None:
        """Read the body, at most the limit and one chunk."""
        unpack = _unpacker(response.headers.get("Content-Encoding", ""))
        async for chunk in response.content.iter_any():
            room = self.at_most - len(self.data)
            self.data += unpack.decompress(chunk, room + 1) if unpack else chunk[: room + 1]
            if len(self.data) > self.at_most:
                del self.data[self.at_most :]
                self.capped = True
                return
        self.whole = True

    @property
    def text(self) -> str:
        """The body as text."""
        return _decode(bytes(self.data), self.charset)

    def output(self, redactor: Redactor) -> dict[str, Any]:
        """The run's output, without secrets and with a body of at most `MAX_OUTPUT` bytes."""
        text = redactor.text(self.text, cut=not self.whole)
        body, cut = cut_text(text)
        truncated = cut or not self.whole
        return {
            "status": self.status,
            "headers": {name: redactor.text(value) for name, value in self.headers.items()},
            "body": body if truncated else self._parsed(body, redactor),
            "size": self.stated_size or len(self.data),
            "truncated": truncated,
        }

    def _parsed(self, body: str, redactor: Redactor) -> Any:
        if self.content_type != "application/json" and not self.content_type.endswith("+json"):
            return body or None
        try:
            value = redactor.json(json.loads(body))
        except (ValueError, RecursionError):
            return body or None
        return value if is_storable(value) else body


def _unpacker(encoding: str) -> zlib._Decompress | None:
    # No encoding was requested, but some receivers compress anyway.
    if encoding.lower() in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    return None


def _decode(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset, "replace")
    except (LookupError, ValueError):
        return data.decode(errors="replace")


def is_expected(action: HttpAction, status: int) -> bool:
    """Whether the status is success."""
    if action.expect_status is None:
        return 200 <= status <= 399
    return status in action.expect_status


def is_passing(status: int) -> bool:
    """Whether an unexpected status may differ next time."""
    return status in _PASSING or status >= 500


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """The delay in a `Retry-After` header, at most an hour; None if there is no valid one."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        delay = timedelta(seconds=min(int(text[:10]), LONGEST_RETRY_AFTER.total_seconds()))
    else:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            # A receiver may send any digits, including a year or an offset that is out of range.
            return None
        delay = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(delay, LONGEST_RETRY_AFTER) if delay > timedelta(0) else None
