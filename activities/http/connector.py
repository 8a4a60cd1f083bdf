"""Connections that are only made to addresses the rules allow.

The judgement is made where the socket is created, on the very address it will be connected to: a
name that resolves differently a moment later, or an address in disguise, changes nothing.
"""

from __future__ import annotations

import socket
from contextvars import ContextVar
from dataclasses import dataclass

import aiohttp
from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver

from onthedot.activities.http.addresses import AddressRules, parse_address

#: Receivers often close an idle connection after 5 s; one they are about to close is no use.
_KEEP_ALIVE_SECONDS = 4.0


@dataclass
class Target:
    """What the connection being made is for, and why it was refused, if it was."""

    host: str
    port: int
    refusal: str = ""


#: Set by whoever sends a request, in the same asyncio task.
target: ContextVar[Target] = ContextVar("onthedot_target")


def open_session(
    rules: AddressRules, per_host: int, resolver: AbstractResolver
) -> aiohttp.ClientSession:
    """The one HTTP client of a worker: keeps `per_host` connections, no cookies and no proxies.

    Must be called within the event loop, and closed; the resolver is not closed with it.
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
