"""Whether a URL can be called. Which hosts may be reached is the worker's business."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from urllib.parse import urlsplit

_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def url_problem(url: str) -> str:
    """What is wrong with `url`, or the empty string."""
    if _UNSAFE.search(url):
        return "holds a blank, a backslash or a control character; write it percent-encoded."
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        return "is no URL: its host or port cannot be read."
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
        return "has port 0, which nobody listens on."
    return "" if _host_ok(host) else f"has a host that is no name and no address: {host!r}."


def _host_ok(host: str) -> bool:
    try:
        if ":" in host:
            IPv6Address(host)
            return True
        host.removesuffix(".").encode("idna")
    except ValueError:
        return False
    return True
