"""Where things of the page are, as the browser sees them."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import HTTPConnection

#: Pages that stand beside `/ui` and ask for the same sign-in.
_BESIDE = {"/docs"}


def prefix(request: HTTPConnection) -> str:
    """The path below which a proxy serves us; as a rule empty."""
    return quote(request.headers.get("x-forwarded-prefix", ""), safe="/")


def base(request: HTTPConnection) -> str:
    """The path of the page."""
    return f"{prefix(request)}{request.scope.get('root_path', '')}"


def origin(request: HTTPConnection) -> str:
    """Scheme and host."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def target(request: HTTPConnection) -> str:
    """Where to go after the sign-in. Only a place of ours: nobody is sent elsewhere by a link to
    the way in."""
    wanted = request.query_params.get("next", "/")
    fits = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if fits and wanted.isprintable() else "/"


def inside(request: HTTPConnection, path: str) -> str:
    """A path of the page, or of one beside it. NiceGUI puts the prefix of a proxy before it."""
    root = "" if path in _BESIDE else request.scope.get("root_path", "")
    return f"{root}{path}"
