"""Writes an audit line for each call of REST that changes something, even if it is refused."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onthedot.access.audit_log import Line, audited, changes_something
from onthedot.api.middleware.enough_rights import CallNames

_SUBJECTS = {"task_id": "task", "run_id": "run", "backfill_id": "backfill"}


class Audited:
    """Comes before authentication, so that it sees every refusal."""

    def __init__(self, app: ASGIApp, names: CallNames) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and write the line."""
        name, parameters = self._names.of(scope)
        if not changes_something(name):
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        subject = {_SUBJECTS.get(k, k): v[:200] for k, v in parameters.items()}
        line = Line(name, "rest", client[0] if client else "", subject=subject)

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                line.status = message["status"]
            await send(message)

        with audited(line):
            try:
                await self._app(scope, receive, watched)
            finally:
                line.identity = scope.get("state", {}).get("identity")
