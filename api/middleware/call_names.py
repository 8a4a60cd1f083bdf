"""Which call a request is, before its route has been reached."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi.routing import APIRoute
from starlette.routing import compile_path
from starlette.types import Scope


class CallNames:
    """The names of calls, which are those of the OpenAPI document, by method and address."""

    def __init__(self, routes: Iterable[APIRoute]) -> None:
        self._known = [(compile_path(r.path)[0], r.methods or set(), r.name) for r in routes]

    def of(self, scope: Scope) -> tuple[str, dict[str, str]]:
        """The name of the call, empty if there is none, and the parameters in its address."""
        if scope["type"] != "http":
            return "", {}
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        for pattern, methods, name in self._known:
            if method in methods and (match := pattern.match(scope["path"])):
                return name, match.groupdict()
        return "", {}
