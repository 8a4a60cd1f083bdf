"""One call of a URL, redirects included."""

from __future__ import annotations

import asyncio
import os
import ssl
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from yarl import URL

from onthedot.activities.attempts.failed import AttemptFailed, Fault, Interrupted
from onthedot.activities.http.addresses import AddressRules
from onthedot.activities.http.connector import Target, target
from onthedot.activities.http.redirect import MAX_REDIRECTS, Hop, follow, redirects
from onthedot.activities.http.response import Answer, is_expected, is_passing, retry_after
from onthedot.activities.secrets.redaction import Redactor
from onthedot.activities.stored_text import READ_AT_MOST
from onthedot.scheduling.action import HttpAction


class HttpCall:
    """Sends a request, and follows its redirects."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        rules: AddressRules,
        action: HttpAction,
        redactor: Redactor,
        judge: Callable[[Hop, str, int], None],
        at_most: int = READ_AT_MOST,
    ) -> None:
        """`judge` is called before each request, and raises AttemptFailed if it is not allowed. At
        most `at_most` bytes of a response are read."""
        self._judge = judge
        self._session = session
        self._rules = rules
        self._action = action
        self._redactor = redactor
        self._at_most = at_most
        self._answer: Answer | None = None

    async def send(self, hop: Hop, timeout: timedelta) -> dict[str, Any]:  # noqa: ASYNC109
        """The output of the last response; see `answer`."""
        return (await self.answer(hop, timeout)).output(self._redactor)

    async def answer(self, hop: Hop, timeout: timedelta) -> Answer:  # noqa: ASYNC109
        """The last response, whose status is an expected one. `timeout` includes redirects.

        Raises:
            AttemptFailed: with the partial response as its output.
            Interrupted: the call was cancelled after part of a response had arrived.
        """
        seconds = timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                answer = await self._follow(hop)
        except TimeoutError:
            raise self._failed(
                Fault.TIMEOUT, f"{hop.method} {hop.shown} was not complete after {seconds:g} s."
            ) from None
        except asyncio.CancelledError:
            if self._answer is None:
                raise
            raise Interrupted(self._answer.output(self._redactor)) from None
        if is_expected(self._action, answer.status):
            return answer
        passing = is_passing(answer.status)
        raise self._failed(
            Fault.HTTP_STATUS,
            f"{hop.method} {hop.shown} returned {answer.status}.",
            final=not passing,
            retry_after=retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
            if passing
            else None,
        )

    async def _follow(self, hop: Hop) -> Answer:
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._exchange(hop)
            location = answer.headers.get("location")
            wanted = answer.status in (self._action.expect_status or ())
            if wanted or location is None or not redirects(answer.status, location):
                return answer
            try:
                hop = follow(hop, answer.status, location)
            except ValueError:
                raise self._failed(
                    Fault.BAD_REDIRECT,
                    f"{hop.shown} redirects to something other than an http or https URL.",
                    final=True,
                ) from None
        raise self._failed(
            Fault.BAD_REDIRECT,
            f"More than {MAX_REDIRECTS} redirects, up to {hop.shown}.",
            final=True,
        )

    async def _exchange(self, hop: Hop) -> Answer:
        host = (hop.url.raw_host or "").rstrip(".").lower()
        port = hop.url.port or 0
        goal = Target(host, port, self._rules.name_refused(host, port))
        if goal.refusal:
            raise self._refused(goal)
        self._judge(hop, host, port)
        target.set(goal)
        self._answer = None
        try:
            async with self._session.request(
                hop.method,
                hop.url,
                headers=hop.headers,
                data=hop.body or None,
                allow_redirects=False,
                skip_auto_headers=("Content-Type",),
            ) as response:
                self._answer = answer = Answer.begin(response, self._at_most)
                await answer.read(response)
                if answer.capped:
                    response.close()
                return answer
        except aiohttp.InvalidURL:
            raise self._failed(
                Fault.INVALID_URL, f"{hop.shown} cannot be called.", final=True
            ) from None
        except aiohttp.ClientConnectorError as error:
            if goal.refusal:
                raise self._refused(goal) from None
            raise self._broken(hop, error) from None
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, OSError) as error:
            raise self._broken(hop, error) from None
        except (aiohttp.ClientError, zlib.error) as error:
            raise self._failed(
                Fault.BAD_ANSWER,
                f"The response to {hop.method} {hop.shown} was not HTTP ({type(error).__name__}).",
            ) from None

    def _refused(self, goal: Target) -> AttemptFailed:
        return self._failed(
            Fault.ADDRESS_REFUSED,
            f"{goal.refusal}, which this worker does not call. The worker's operator can change "
            f"this with ONTHEDOT_ALLOW_HOSTS and ONTHEDOT_DENY_HOSTS.",
            final=True,
        )

    def _broken(self, hop: Hop, error: Exception) -> AttemptFailed:
        return self._failed(Fault.CONNECTION_FAILED, f"{hop.method} {hop.shown}: {_reason(error)}.")

    def _failed(
        self,
        fault: Fault,
        message: str,
        *,
        final: bool = False,
        retry_after: timedelta | None = None,
    ) -> AttemptFailed:
        return AttemptFailed(
            fault,
            self._redactor.text(message),
            final=final,
            retry_after=retry_after,
            output=self._answer.output(self._redactor) if self._answer else None,
        )


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "the host's name cannot be resolved"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"its certificate is not trusted ({_certificate_fault(error.certificate_error)})"
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = error.os_error
        if isinstance(reason, ssl.SSLError):
            return f"no TLS connection ({reason.reason or 'handshake failed'})"
        # The loop's own message contains its arguments, and differs from address to address.
        number = reason.errno or 0
        words = os.strerror(number) if number > 0 else reason.strerror
        return f"no connection ({words or type(reason).__name__})"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the connection was closed without a response"
    return "the connection broke before the response was complete"


def _certificate_fault(error: Exception) -> str:
    return getattr(error, "verify_message", "") or type(error).__name__


def first_url(url: str) -> URL:
    """A registered URL, unchanged if it is plain ASCII: a signed URL must not change.

    Raises:
        ValueError: `url` is not a URL.
    """
    return URL(url, encoded=url.isascii()).with_fragment(None)
