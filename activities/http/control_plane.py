"""The Temporal service that a worker polls, which tasks must not call.

Temporal does not authenticate callers by default, so whoever can register a task that calls it
would have its operator's rights. It is recognised by the configured name and its addresses.
"""

from __future__ import annotations

import asyncio
import time
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver

#: Addresses change, for example during a rolling restart.
_FRESH_SECONDS = 30.0
#: How long a call waits for the first look-up.
_PATIENCE_SECONDS = 5.0


class ControlPlane:
    """Where Temporal is, as far as look-ups show it."""

    def __init__(self, address: str = "") -> None:
        """`address` is `HOST:PORT`; any other value disables the check."""
        try:
            parts = urlsplit(f"//{address.rpartition('://')[2]}")
            self._host, self._port = (parts.hostname or "").rstrip("."), parts.port or 0
        except ValueError:
            self._host, self._port = "", 0
        self._addresses: frozenset[IPv4Address | IPv6Address] = frozenset()
        self._looked_up = -_FRESH_SECONDS
        self._looking: asyncio.Task[None] | None = None

    def is_named(self, host: str, port: int) -> bool:
        """Whether `host` (lower case, no trailing dot) is its name; `localhost` only at its port.

        `is_at` judges addresses.
        """
        if not host or host != self._host or _is_address(host):
            return False
        return host != "localhost" or port == self._port

    def is_at(self, address: IPv4Address | IPv6Address, port: int) -> bool:
        """Whether it is at `address`: at every port, since it opens several; on loopback at one."""
        return address in self._addresses and (not address.is_loopback or port == self._port)

    async def look_up(self, resolver: AbstractResolver) -> None:
        """Refresh its addresses if they are old; a failure keeps them."""
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
            pass  # the name and the earlier addresses still count
        self._looked_up = time.monotonic()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
