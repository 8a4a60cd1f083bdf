"""The request that follows a redirect, by the rules of RFC 9110 and of browsers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yarl import URL

from onthedot.scheduling.checking.header import CREDENTIAL_HEADERS

#: The most redirects that are followed.
MAX_REDIRECTS = 5

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ABOUT_THE_BODY = frozenset(
    {"content-encoding", "content-language", "content-location", "content-type"}
)


@dataclass(frozen=True)
class Hop:
    """One request on the way to the response. `private` names the headers that held secrets."""

    method: str
    url: URL
    headers: Mapping[str, str]
    body: bytes
    private: frozenset[str] = frozenset()

    @property
    def shown(self) -> str:
        """The URL as messages show it: without query, fragment and user."""
        return str(self.url.with_query(None).with_fragment(None).with_user(None))


def redirects(status: int, location: str | None) -> bool:
    """Whether a response redirects the client."""
    return status in _REDIRECTS and bool(location)


def follow(hop: Hop, status: int, location: str) -> Hop:
    """The request that follows `hop`.

    A 303, and a 301 or 302 after a POST, becomes a GET without a body. Another scheme, host or
    port gets neither credentials nor secrets.

    Raises:
        ValueError: `location` cannot be called.
    """
    url = hop.url.join(URL(location)).with_fragment(None)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("not an http or https URL")
    if url.user is not None or url.password is not None:
        url = url.with_user(None)
    method, headers, body = hop.method, dict(hop.headers), hop.body
    if (status == 303 and method != "HEAD") or (status in (301, 302) and method == "POST"):
        method, body = "GET", b""
        headers = _without(headers, _ABOUT_THE_BODY)
    if _origin(url) != _origin(hop.url):
        headers = _without(headers, CREDENTIAL_HEADERS | hop.private)
    return Hop(method, url, headers, body, hop.private)


def _origin(url: URL) -> tuple[str, str, int | None]:
    return url.scheme, (url.host or "").lower().rstrip("."), url.port


def _without(headers: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in names}
