"""Which HTTP headers a task may carry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from onthedot.scheduling.action import SecretRef

#: Headers with credentials: never as literals, and never to another origin.
CREDENTIAL_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})

#: Written by the worker or the connection.
_RESERVED = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "idempotency-key",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_RESERVED_PREFIX = "x-onthedot-"

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def header_problems(headers: Mapping[str, str | SecretRef]) -> Iterator[tuple[str, str]]:
    """Each invalid header, with the reason and the fix."""
    seen: set[str] = set()
    for name, value in headers.items():
        lower = name.lower()
        if not _TOKEN.fullmatch(name):
            yield name, "is not a header name: use letters, digits and !#$%&'*+-.^_`|~ only."
        elif lower in seen:
            yield name, "occurs twice: case does not matter in header names."
        elif lower in _RESERVED or lower.startswith(_RESERVED_PREFIX):
            yield name, "is set by the worker; leave it out."
        elif isinstance(value, SecretRef):
            pass
        elif lower in CREDENTIAL_HEADERS:
            yield (
                name,
                'must be a secret, {"secret": "NAME"}, not a literal: definitions are stored in '
                "Temporal's history. The worker looks the value up at each attempt.",
            )
        elif not header_value_ok(value):
            yield name, "has a line break or another control character in its value."
        seen.add(lower)


def header_value_ok(value: str) -> bool:
    """Whether a value is valid in a header: nothing in it may end the line."""
    return not _CONTROL.search(value)
