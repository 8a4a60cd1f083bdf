"""One log line and one measurement for each request, without queries, headers or bodies."""

from __future__ import annotations

import logging
from time import perf_counter

from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onthedot.access.page_path import PAGE, belongs_to_page

_LOG = logging.getLogger("onthedot.access")

SECONDS = Histogram(
    "onthedot_http_request_seconds",
    "How long requests took, by route.",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30),
)

#: Polled all the time: their lines would hide the others.
_QUIET = {"/healthz", "/readyz", "/metrics"}
_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}


class AccessLog:
    """Measures every request, and logs those of REST."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 500, perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            took = perf_counter() - began
            method = scope["method"] if scope["method"] in _METHODS else "other"
            SECONDS.labels(method, route(scope), str(status)).observe(took)
            path = printable_path(scope)
            if path not in _QUIET and not belongs_to_page(path):
                identity = scope.get("state", {}).get("identity")
                caller = identity.name if identity else "-"
                _LOG.info("%s %s %d %.1f ms by %s", method, path, status, took * 1000, caller)


def route(scope: Scope) -> str:
    """The template of the route that answered, so that ids do not become labels."""
    if belongs_to_page(scope["path"]):
        return PAGE
    return getattr(scope.get("route"), "path", "none")


def printable_path(scope: Scope) -> str:
    """The path as it was sent, percent-encoded and without its query."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode("ascii", "backslashreplace")
    sent = raw.partition(b"?")[0].decode("ascii", "backslashreplace")
    return "".join(c if c.isprintable() else "?" for c in sent)
