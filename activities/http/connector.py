"""Name look-ups on dedicated threads, and connections to addresses that the rules allow.

An address is checked where its socket is created, so neither a name that resolves differently a
moment later nor a disguised address gets past the rules.
"""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass

import aiohttp
from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult

from onthedot.activities.http.addresses import AddressRules, parse_address

#: How many names may be silent at the same time before others wait. The connector looks up a name
#: once at a time, however many calls wait for it.
_THREADS = 256


class OwnThreadsResolver(AbstractResolver):
    """The system's resolver, with every source of names that this machine is configured for.

    A look-up cannot be interrupted, and takes half a minute if the name's servers are silent. The
    event loop's own few threads are needed for other work.
    """

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


#: Receivers often close idle connections after 5 s; reusing one just then would fail.
_KEEP_ALIVE_SECONDS = 4.0


@dataclass
class Target:
    """What a connection is for, and why it was refused, if it was."""

    host: str
    port: int
    refusal: str = ""


#: Set by the sender of a request, in the same asyncio task.
target: ContextVar[Target] = ContextVar("onthedot_target")


def open_session(
    rules: AddressRules, per_host: int, resolver: AbstractResolver
) -> aiohttp.ClientSession:
    """The only HTTP client of a worker: keeps `per_host` connections, no cookies and no proxies.

    Call it within the event loop, and close the client; this does not close the resolver.
    """

    def judged_socket(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        wanted = target.get()
        refusal = rules.address_refused(wanted.host, wanted.port, parse_address(str(address[0])))
        if refusal:
            wanted.refusal = refusal
            raise PermissionError(refusal)
        return socket.socket(family, kind, protocol)

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0,
            limit_per_host=per_host,
            keepalive_timeout=_KEEP_ALIVE_SECONDS,
            socket_factory=judged_socket,
            resolver=resolver,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None),
        auto_decompress=False,
        trust_env=False,
        raise_for_status=False,
    )
