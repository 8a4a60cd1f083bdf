"""Whether a request was meant for this machine.

A web page of someone else can make the browser of this machine send requests to it, and read what
comes back once its own name leads to 127.0.0.1 ("DNS rebinding"). Such a request carries the page's
name in `Host`, or in `Origin`.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit


def from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Whether `Host` is missing or no loopback name, or `Origin` is there and is none."""
    origin = headers.get("Origin")
    if origin is not None and not _is_loopback(origin):
        return True
    return not _is_loopback(f"//{headers.get('Host', '')}")


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
