"""Finds out which call a request is, and refuses it if the caller's role is not sufficient.

Both come before its route is reached and its body read.
"""

from __future__ import annotations

from collections.abc import Iterable

from fastapi.routing import APIRoute
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from onthedot.access.identity import Identity
from onthedot.access.roles import OPEN, Role
from onthedot.api import problems
from onthedot.scheduling.errors import Forbidden


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


class EnoughRights:
    """Comes after authentication. Anything that is not a call, such as `/openapi.json` or an
    unknown address, needs the role of a viewer."""

    def __init__(self, app: ASGIApp, names: CallNames) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or respond with 403 and the role that it needs."""
        name, _ = self._names.of(scope)
        identity = scope.get("state", {}).get("identity")
        feed = identity is not None and identity.role is Role.FEED
        if (name and name not in OPEN) or feed:
            try:
                # Someone who reads the feed may read nothing else, calls or not.
                require(identity, name or "page")
            except Forbidden as error:
                await problems.answer(problems.problem_of(error))(scope, receive, send)
                return
        await self._app(scope, receive, send)


def require(identity: Identity, call: str) -> None:
    """Raises Forbidden if the role of `identity` is not sufficient for a call."""
    if not identity.may(call):
        raise Forbidden.of(identity, call)
