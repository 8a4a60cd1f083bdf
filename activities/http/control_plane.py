"""The Temporal that a worker works for: nothing that a task should call.

Temporal asks nobody who they are, so anyone who may register a task that calls it could do as its
operator does. It is known by the name that the worker was given, and by the addresses behind it.
"""

from __future__ import annotations

import asyncio
import time
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver

#: Addresses change, with a rolling restart say.
_FRESH_SECONDS = 30.0
#: How long a call waits for the first look-up.
_PATIENCE_SECONDS = 5.0


class ControlPlane:
    """Where Temporal is, as far as it can be told."""

    def __init__(self, address: str = "") -> None:
        """`address` is `HOST:PORT`; with any other there is nothing to keep tasks from."""
        try:
            parts = urlsplit(f"//{address.rpartition('://')[2]}")
            self._host, self._port = (parts.hostname or "").rstrip("."), parts.port or 0
        except ValueError:
            self._host, self._port = "", 0
        self._addresses: frozenset[IPv4Address | IPv6Address] = frozenset()
        self._looked_up = -_FRESH_SECONDS
        self._looking: asyncio.Task[None] | None = None

    def is_named(self, host: str, port: int) -> bool:
        """Whether `host` (lower case, no dot at its end) is its name; `localhost` at one port.

        An address is no name: `is_at` judges it.
        """
        if not host or host != self._host or _is_address(host):
            return False
        return host != "localhost" or port == self._port

    def is_at(self, address: IPv4Address | IPv6Address, port: int) -> bool:
        """Whether it is at `address`: at every port, for it opens several; on loopback at one."""
        return address in self._addresses and (not address.is_loopback or port == self._port)

    async def look_up(self, resolver: AbstractResolver) -> None:
        """Learns its addresses where they are not known of late. What cannot be learned is kept."""
        if not self._host or time.monotonic() - self._looked_up < _FRESH_SECONDS:
            return
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._learn(resolver))
        if not self._addresses:
            await asyncio.wait({self._looking}, timeout=_PATIENCE_SECONDS)

    async def _learn(self, resolver: AbstractResolver) -> None:
        try:
            found = await resolver.resolve(self._host, self._port)
            self._addresses = frozenset(
                ip_address(each["host"].partition("%")[0]) for each in found
            )
        except (OSError, ValueError):
            pass  # the name still counts, and so do the addresses of before
        self._looked_up = time.monotonic()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
