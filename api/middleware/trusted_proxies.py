"""Headers about the caller, accepted only from the configured proxies.

`X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` from such a proxy become the request's own
address, scheme and host; the page uses the prefix. From anyone else these headers are dropped:
otherwise a caller could choose its address for limits and the audit, or pass as our own origin.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

_NAMES = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-prefix")
_DROPPED = (*_NAMES, "x-forwarded-port", "x-real-ip", "forwarded")
#: In a request's scope: an unknown proxy forwarded it.
UNNAMED = "onthedot.unnamed_proxy"
_SCHEMES = {"http": ("http", "ws"), "https": ("https", "wss")}


class TrustedProxies:
    """Comes before everything else."""

    def __init__(self, app: ASGIApp, networks: Sequence[str]) -> None:
        self._app = app
        self._networks = [ip_network(network) for network in networks]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with the caller's own address, scheme and host."""
        if scope["type"] in ("http", "websocket"):
            said = Headers(scope=scope)
            if any(name in said for name in _DROPPED):
                client = scope.get("client")
                trusted = client is not None and self._is_named(client[0])
                scope = (
                    _believing(scope, self._caller(said))
                    if trusted
                    else {**_without(scope), UNNAMED: True}
                )
        await self._app(scope, receive, send)

    def _is_named(self, address: str) -> bool:
        found = address_of(address)
        return found is not None and any(found in network for network in self._networks)

    def _caller(self, said: Headers) -> str:
        """The last address that is not a proxy's. Those before it may be forged."""
        hops = [hop.strip() for hop in ",".join(said.getlist("x-forwarded-for")).split(",")]
        untrusted = [hop for hop in hops if hop and not self._is_named(hop)]
        return untrusted[-1] if untrusted else ""


def address_of(written: str) -> IPv4Address | IPv6Address | None:
    """An address, as IPv4 if it is one mapped to IPv6; None if it is not an address."""
    try:
        found = ip_address(written)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _believing(scope: Scope, caller: str) -> Scope:
    said = Headers(scope=scope)
    changed = _without(scope)
    headers = MutableHeaders(scope=changed)
    if caller:
        changed["client"] = (caller, 0)
    if (proto := said.get("x-forwarded-proto", "").strip().lower()) in _SCHEMES:
        changed["scheme"] = _SCHEMES[proto][scope["type"] == "websocket"]
    if host := said.get("x-forwarded-host", ""):
        headers["host"] = host
    if prefix := said.get("x-forwarded-prefix", ""):
        headers["x-forwarded-prefix"] = prefix
    return changed


def _without(scope: Scope) -> Scope:
    dropped = tuple(name.encode() for name in _DROPPED)
    kept = [(name, value) for name, value in scope["headers"] if name.lower() not in dropped]
    return {**scope, "headers": kept}
