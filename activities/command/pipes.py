"""Pipes of a child process that this side can close at any time.

With asyncio's own subprocess pipes, closing and `wait` may block as long as any process holds the
other end.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable

from onthedot.activities.stored_text import READ_AT_MOST

_CHUNK = 64 * 1024
#: The end of a stream is kept separately, for error messages.
_TAIL = 40 * 1024


class OutPipe:
    """Reads what a child writes, and keeps the beginning and the end."""

    def __init__(self, wrote: Callable[[bytes], None]) -> None:
        """`wrote` is called with each piece as it arrives."""
        self._wrote = wrote
        self.head = bytearray()
        self.tail = b""
        self._ours, self.child_end = os.pipe()
        self._transport: asyncio.BaseTransport | None = None

    async def read(self) -> None:
        """Read to the end: a child must never block on a full pipe."""
        reader = asyncio.StreamReader(limit=_CHUNK)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(self._ours, "rb", 0)
        )
        while chunk := await reader.read(_CHUNK):
            self.head += chunk[: max(0, READ_AT_MOST - len(self.head))]
            self.tail = (self.tail + chunk)[-_TAIL:]
            self._wrote(chunk)

    def close(self) -> None:
        """Stop reading."""
        _close(self._transport, self._ours)


class InPipe:
    """Writes a child's standard input."""

    def __init__(self, text: str) -> None:
        self._data = text.encode()
        self.child_end, self._ours = os.pipe()
        self._transport: asyncio.WriteTransport | None = None
        self._closed = asyncio.Event()

    async def write(self) -> None:
        """Write everything and close; a child may leave its input unread."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.connect_write_pipe(
            lambda: _Watch(self._closed), os.fdopen(self._ours, "wb", 0)
        )
        self._transport.write(self._data)
        self._transport.close()
        await self._closed.wait()

    def close(self) -> None:
        """Stop writing."""
        if self._transport is None:
            _close(None, self._ours)
        elif not self._closed.is_set():
            self._transport.abort()


class _Watch(asyncio.BaseProtocol):
    def __init__(self, closed: asyncio.Event) -> None:
        self._closed = closed

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed.set()


def _close(transport: asyncio.BaseTransport | None, fd: int) -> None:
    if transport is not None:
        transport.close()
    else:
        with contextlib.suppress(OSError):
            os.close(fd)
