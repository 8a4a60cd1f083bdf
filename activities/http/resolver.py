"""Name look-ups on dedicated threads.

A look-up cannot be interrupted, and takes half a minute if the name's servers are silent. The event
loop's own few threads are needed for other work.
"""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult

#: How many names may be silent at the same time before others wait. The connector looks up a name
#: once at a time, however many calls wait for it.
_THREADS = 256


class OwnThreadsResolver(AbstractResolver):
    """The system's resolver, with every source of names that this machine is configured for."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolver")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of `host`. Raises OSError if there are none."""
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, _resolve, host, port, family
        )
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=found_port,
                family=found_family,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for found_family, protocol, address, found_port in found
        ]

    async def close(self) -> None:
        """Begin no further look-up; those in progress end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _resolve(host: str, port: int, family: socket.AddressFamily) -> list[tuple[int, int, str, int]]:
    found = socket.getaddrinfo(
        host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
    )
    return [
        (found_family, protocol, _with_zone(address), int(address[1]))
        for found_family, _, protocol, _, address in found
        if found_family != socket.AF_INET6 or socket.has_ipv6
    ]


def _with_zone(address: tuple[str | int | bytes, ...]) -> str:
    """An address as text; a link-local address is useless without its zone."""
    if len(address) > 3 and address[3]:
        return socket.getnameinfo(
            (str(address[0]), int(address[1]), 0, int(address[3])),
            socket.NI_NUMERICHOST | socket.NI_NUMERICSERV,
        )[0]
    return str(address[0])
