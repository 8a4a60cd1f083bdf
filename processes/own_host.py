"""Decides whether a request was meant for this machine.

A foreign web page can make a browser on this machine send requests to it, and read the responses if
the page's name resolves to 127.0.0.1 ("DNS rebinding"). Such a request has the page's name in
`Host` or in `Origin`.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit


def from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Whether `Host` is missing or not a loopback name, or there is a foreign `Origin`."""
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
