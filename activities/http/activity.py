"""The activity that calls a URL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
from temporalio import activity

from onthedot import naming
from onthedot.activities.attempts.attempt import attempt_number, report_attempt
from onthedot.activities.attempts.failed import AttemptFailed, Fault
from onthedot.activities.attempts.starts_first import StartsFirst
from onthedot.activities.http.addresses import AddressRules
from onthedot.activities.http.call import HttpCall, first_url
from onthedot.activities.http.connector import OwnThreadsResolver, open_session
from onthedot.activities.http.host_gate import HostGate
from onthedot.activities.http.redirect import Hop
from onthedot.activities.http.response import Answer
from onthedot.activities.secrets.redaction import Redactor
from onthedot.activities.secrets.store import Secrets
from onthedot.scheduling.action import HttpAction, SecretRef
from onthedot.scheduling.checking.header import header_value_ok
from onthedot.scheduling.payload import encode_body
from onthedot.scheduling.stored.attempt import AttemptResult, HttpAttempt
from onthedot.scheduling.values import format_instant

_USER_AGENT = "OnTheDot"


class HttpActivities:
    """Calls URLs with one client, whose connections all runs of this worker share."""

    def __init__(
        self,
        rules: AddressRules,
        secrets: Secrets,
        gate: HostGate,
        starts: StartsFirst | None = None,
    ) -> None:
        self._rules = rules
        self._secrets = secrets
        self.gate = gate
        self._starts = starts or StartsFirst()
        self._resolver = OwnThreadsResolver()
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections. Await this after the worker has stopped."""
        if self._session is not None:
            await self._session.close()
        await self._resolver.close()

    @activity.defn(name=naming.HTTP)
    async def http(self, attempt: HttpAttempt) -> AttemptResult:
        """Call the URL once, following redirects, within `attempt.timeout`.

        Raises:
            ApplicationError: see `Fault`.
        """
        self._starts.begun()
        host = _host(attempt.action)
        return await report_attempt(
            attempt,
            self.gate.place(host, local=attempt.local),
            lambda allowed: self._call(attempt, allowed),
        )

    async def get(self, url: str, *, within: timedelta, at_most: int) -> Answer:
        """The response of a URL, for other purposes than an action but under the same rules.

        Raises:
            AttemptFailed: the URL cannot or may not be called, or responds with an error.
        """
        try:
            headers = {
                "Accept": "*/*",
                "User-Agent": _USER_AGENT,
                "Accept-Encoding": "identity",
            }
            hop = Hop("GET", first_url(url), headers, b"", frozenset())
        except ValueError:
            raise AttemptFailed(
                Fault.INVALID_URL, "The URL cannot be called.", final=True
            ) from None
        action = HttpAction(url=url, method="GET")
        call = HttpCall(
            self._open(), self._rules, action, Redactor({}), lambda *_: None, at_most=at_most
        )
        await self._rules.control.look_up(self._resolver)
        return await call.answer(hop, within)

    async def _call(self, attempt: HttpAttempt, allowed: timedelta) -> dict[str, Any]:
        action = attempt.action
        secret = {
            n.lower(): v.secret for n, v in action.headers.items() if isinstance(v, SecretRef)
        }
        headers, redactor = self._secrets.fill_in(action.headers)
        for name, value in headers.items():
            if not header_value_ok(value):
                raise AttemptFailed(
                    Fault.SECRET_INVALID,
                    f"The value of the header {name} contains a line break or another control "
                    f"character.",
                )
        try:
            url = first_url(action.url)
            body = encode_body(action.body)
        except ValueError:
            raise AttemptFailed(
                Fault.INVALID_URL, "The URL or the body cannot be sent.", final=True
            ) from None
        hop = Hop(
            action.method,
            url,
            self._headers(attempt, headers),
            body,
            frozenset(secret),
        )

        def judge(hop: Hop, host: str, port: int) -> None:
            names = (secret[name] for name in map(str.lower, hop.headers) if name in secret)
            self._secrets.judge_host(names, host, port)

        call = HttpCall(self._open(), self._rules, action, redactor, judge)
        await self._rules.control.look_up(self._resolver)
        return await call.send(hop, allowed)

    def _headers(self, attempt: HttpAttempt, own: dict[str, str]) -> dict[str, str]:
        body = attempt.action.body
        headers = {"Accept": "*/*", "User-Agent": _USER_AGENT}
        if body is not None:
            text = isinstance(body, str)
            headers["Content-Type"] = "text/plain; charset=utf-8" if text else "application/json"
        ours = {
            "Accept-Encoding": "identity",
            "Idempotency-Key": attempt.idempotency_key,
            "X-OnTheDot-Scheduled-Time": format_instant(attempt.scheduled_for),
            "X-OnTheDot-Task": attempt.task_id,
            "X-OnTheDot-Run": attempt.run_id,
            "X-OnTheDot-Attempt": str(attempt_number(attempt)),
        }
        overridden = {name.lower() for name in own} | {name.lower() for name in ours}
        defaults = {n: v for n, v in headers.items() if n.lower() not in overridden}
        kept = {n: v for n, v in own.items() if n.lower() not in {o.lower() for o in ours}}
        return defaults | kept | ours

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = open_session(self._rules, self.gate.in_flight, self._resolver)
        return self._session


def _host(action: HttpAction) -> str:
    try:
        url = first_url(action.url)
        return f"{(url.host or '').lower()}:{url.port}"
    except ValueError:
        return ""
