"""Addresses as the browser sees them."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import HTTPConnection

#: Pages outside `/ui` that use the same sign-in.
_BESIDE = {"/docs"}


def prefix(request: HTTPConnection) -> str:
    """The path under which a proxy serves us; usually empty."""
    return quote(request.headers.get("x-forwarded-prefix", ""), safe="/")


def base(request: HTTPConnection) -> str:
    """The path of the page."""
    return f"{prefix(request)}{request.scope.get('root_path', '')}"


def origin(request: HTTPConnection) -> str:
    """Scheme and host."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def target(request: HTTPConnection) -> str:
    """Where to go after signing in: only our own pages, so that a link to the sign-in cannot
    redirect elsewhere."""
    wanted = request.query_params.get("next", "/")
    fits = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if fits and wanted.isprintable() else "/"


def inside(request: HTTPConnection, path: str) -> str:
    """A path of the page, or one of `_ALSO`. NiceGUI prepends a proxy's prefix."""
    root = "" if path in _BESIDE else request.scope.get("root_path", "")
    return f"{root}{path}"
