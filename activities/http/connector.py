"""Connections to addresses that the rules allow, and to no others.

An address is checked where its socket is created, so neither a name that resolves differently a
moment later nor a disguised address gets past the rules.
"""

from __future__ import annotations

import socket
from contextvars import ContextVar
from dataclasses import dataclass

import aiohttp
from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver

from onthedot.activities.http.addresses import AddressRules, parse_address

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
