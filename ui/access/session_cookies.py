"""The session cookie: in several pieces if a provider's tokens are long."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from onthedot.ui.addresses import prefix

COOKIE = "onthedot_session"
#: Half a day, in seconds.
MAX_AGE = 12 * 3600
#: A browser's cookie holds 4096 bytes, including its name and attributes.
_PIECE = 3600
_MOST_PIECES = 4


def kept(cookies: Mapping[str, str]) -> str:
    """The session in a browser's cookies; empty if there is none."""
    return "".join(cookies.get(name, "") for name in _names())


def keep(response: Response, request: Request, value: str) -> None:
    """Store a session in the cookies of the browser."""
    for number, name in enumerate(_names()):
        piece = value[number * _PIECE : (number + 1) * _PIECE]
        if piece:
            put(response, request, name, piece, MAX_AGE)
        elif name in request.cookies:
            response.delete_cookie(name, path=root(request))


def forget(response: Response, request: Request) -> None:
    """Remove the session from the browser."""
    for name in _names():
        if name in request.cookies or name == COOKIE:
            response.delete_cookie(name, path=root(request))


def put(response: Response, request: Request, name: str, value: str, seconds: int) -> None:
    """One cookie: inaccessible to scripts and other sites, and limited to TLS if TLS is used."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=root(request),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def root(request: Request) -> str:
    """The path of the cookie: REST's own pages, outside `/ui`, need it too."""
    return prefix(request) or "/"


def _names() -> list[str]:
    return [COOKIE, *(f"{COOKIE}_{number}" for number in range(1, _MOST_PIECES))]
