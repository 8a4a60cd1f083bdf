"""What both clients do before a call is sent and after its response came."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError

from onthedot.client.call import Call
from onthedot.client.errors import UnexpectedResponse, Unreachable, of_problem
from onthedot.messages.problems import Problem

T = TypeVar("T")

#: Where `onthedot dev` and `onthedot server` listen unless told otherwise.
DEFAULT_URL = "http://127.0.0.1:8080"

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def options(url: str, token: str | None, timeout: timedelta) -> dict[str, Any]:
    """What httpx's clients are made with.

    Raises:
        ValueError: `url` is none, or `token` cannot be a token.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no address of a server: use one as in {DEFAULT_URL}.")
    if token is not None and not (token and token.isascii() and token.isprintable()):
        raise ValueError("The token holds characters that no token has.")
    return {
        "base_url": url,
        "headers": {} if token is None else {"Authorization": f"Bearer {token}"},
        "timeout": timeout.total_seconds(),
        # A proxy is for what is elsewhere.
        "trust_env": parts.hostname not in _LOOPBACK,
        # Reading the certificates takes longer than many a call.
        "verify": parts.scheme == "https",
    }


def arguments(call: Call[Any]) -> dict[str, Any]:
    """What httpx's `request` takes."""
    return {
        "method": call.method,
        "url": call.path,
        "params": list(call.query) or None,
        "headers": dict(call.headers),
        "content": call.body,
    }


def unreachable(url: str, error: Exception) -> Unreachable:
    """The exception for a call that got no response."""
    reason = "no response in time" if isinstance(error, httpx.TimeoutException) else str(error)
    return Unreachable(f"No server answers at {url} ({reason or type(error).__name__}).")


def result(call: Call[T], response: httpx.Response) -> T:
    """What the call gave.

    Raises:
        ProblemResponse: it was refused.
        UnexpectedResponse: that is no response of On the Dot, or one of a later release.
    """
    if response.is_success:
        try:
            return call.read(response.content)
        except ValueError as error:
            where = f"{call.method} {response.request.url}"
            raise UnexpectedResponse(
                f"{where} answered what this release does not understand{_first(error)}. Is it an "
                f"On the Dot server, and not newer than this client?"
            ) from None
    try:
        problem = Problem.model_validate_json(response.content)
    except ValueError:
        raise UnexpectedResponse(
            f"{call.method} {response.request.url} answered {response.status_code}, but not in the "
            f"way of On the Dot. Is the address right?"
        ) from None
    raise of_problem(problem)


def _first(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return ""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f" ({where}: {first['msg']})"
