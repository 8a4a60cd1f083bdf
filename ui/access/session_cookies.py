"""The cookie that a session is kept in: in several pieces, where a provider's tokens are long."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from onthedot.ui.addresses import prefix

COOKIE = "onthedot_session"
#: Half a day, in seconds.
MAX_AGE = 12 * 3600
#: What fits into one cookie of a browser, its name and attributes included, is 4096.
_PIECE = 3600
_MOST_PIECES = 4


def kept(cookies: Mapping[str, str]) -> str:
    """What was put into the cookies of a browser; empty where nothing was."""
    return "".join(cookies.get(name, "") for name in _names())


def keep(response: Response, request: Request, value: str) -> None:
    """Put a session into the cookies of the browser that asked."""
    for number, name in enumerate(_names()):
        piece = value[number * _PIECE : (number + 1) * _PIECE]
        if piece:
            put(response, request, name, piece, MAX_AGE)
        elif name in request.cookies:
            response.delete_cookie(name, path=root(request))


def forget(response: Response, request: Request) -> None:
    """Take a session out of the browser."""
    for name in _names():
        if name in request.cookies or name == COOKIE:
            response.delete_cookie(name, path=root(request))


def put(response: Response, request: Request, name: str, value: str, seconds: int) -> None:
    """One cookie: out of reach of scripts and of other sites, and over TLS where there is any."""
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
    """The cookie is for REST's own pages too, which stand beside `/ui`."""
    return prefix(request) or "/"


def _names() -> list[str]:
    return [COOKIE, *(f"{COOKIE}_{number}" for number in range(1, _MOST_PIECES))]
