"""What both clients do before a request and after its response."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError

from onthedot.client.call import Call, Stream
from onthedot.client.errors import ProblemResponse, UnexpectedResponse, Unreachable, of_problem
from onthedot.client.events import ServerEvent
from onthedot.messages.problems import Problem

T = TypeVar("T")

#: The default address of `onthedot dev` and `onthedot server`.
DEFAULT_URL = "http://127.0.0.1:8080"

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def options(url: str, token: str | None, timeout: timedelta) -> dict[str, Any]:
    """The arguments of httpx's clients.

    Raises:
        ValueError: `url` or `token` is invalid.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not the address of a server; use the form {DEFAULT_URL}.")
    if token is not None and not (token and token.isascii() and token.isprintable()):
        raise ValueError("The token contains invalid characters.")
    return {
        "base_url": url,
        "headers": {} if token is None else {"Authorization": f"Bearer {token}"},
        "timeout": timeout.total_seconds(),
        # Proxies are for other machines.
        "trust_env": parts.hostname not in _LOOPBACK,
        # Reading the certificates takes longer than many calls.
        "verify": parts.scheme == "https",
    }


def arguments(call: Call[Any]) -> dict[str, Any]:
    """The arguments of httpx's `request`."""
    return {
        "method": call.method,
        "url": call.path,
        "params": list(call.query) or None,
        "headers": dict(call.headers),
        "content": call.body,
    }


def streaming(call: Call[Any]) -> dict[str, Any]:
    """The arguments of httpx's `stream`. The server sends something every fifteen seconds."""
    return arguments(call) | {"timeout": httpx.Timeout(10.0, read=60.0)}


class Again:
    """Decides whether to resume a broken stream, by the attempts since its last event."""

    #: In seconds.
    pause = 1.0

    def __init__(self, patience: timedelta) -> None:
        self._until = time.monotonic() + patience.total_seconds()

    def worth_it(self, status: int | None) -> bool:
        """Whether to try again after a response with this status, or no response."""
        return (status is None or status == 503) and time.monotonic() < self._until


def meaning(stream: Stream[T], event: ServerEvent) -> T | None:
    """Read an event.

    Raises:
        UnexpectedResponse: this release does not understand it.
    """
    try:
        return stream.read(event)
    except ValueError as error:
        raise UnexpectedResponse(
            f"The event {event.name!r} is not one that this release understands{_first(error)}."
        ) from None


def unreachable(url: str, error: Exception) -> Unreachable:
    """The exception for a call that got no response."""
    reason = "no response in time" if isinstance(error, httpx.TimeoutException) else str(error)
    return Unreachable(f"No server responds at {url} ({reason or type(error).__name__}).")


def result(call: Call[T], response: httpx.Response) -> T:
    """The result of the call.

    Raises:
        ProblemResponse: it was refused.
        UnexpectedResponse: the response is not from On the Dot, or from a later release.
    """
    if response.is_success:
        try:
            return call.read(response.content)
        except ValueError as error:
            where = f"{call.method} {response.request.url}"
            raise UnexpectedResponse(
                f"{where} sent a response that this release does not understand{_first(error)}. "
                "Is it an "
                f"On the Dot server, and not newer than this client?"
            ) from None
    raise refused(call, response)


def refused(call: Call[Any], response: httpx.Response) -> ProblemResponse | UnexpectedResponse:
    """The exception for an unsuccessful response, which has been read."""
    try:
        problem = Problem.model_validate_json(response.content)
    except ValueError:
        return UnexpectedResponse(
            f"{call.method} {response.request.url} returned {response.status_code}, but not like "
            f"an On the Dot server. Is the address right?"
        )
    return of_problem(problem)


def _first(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return ""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f" ({where}: {first['msg']})"
