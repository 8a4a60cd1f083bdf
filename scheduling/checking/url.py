"""Validates URLs. The worker decides which hosts may be reached."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from urllib.parse import urlsplit

_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def url_problem(url: str) -> str:
    """What is wrong with `url`; empty if nothing is."""
    if _UNSAFE.search(url):
        return "contains a space, a backslash or a control character; percent-encode it."
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        return "is not a URL: its host or port is invalid."
    if parts.scheme.lower() not in ("http", "https"):
        return "must start with http:// or https://."
    if not host:
        return "has no host; write https://host/path."
    if "@" in parts.netloc:
        return (
            "cannot hold a user or password: definitions are stored in Temporal's history. Send "
            'an Authorization header with {"secret": "NAME"}.'
        )
    if port == 0:
        return "has port 0, which no server can listen on."
    return "" if _host_ok(host) else f"has a host that is neither a name nor an address: {host!r}."


def _host_ok(host: str) -> bool:
    try:
        if ":" in host:
            IPv6Address(host)
            return True
        host.removesuffix(".").encode("idna")
    except ValueError:
        return False
    return True
