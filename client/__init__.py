"""The Python client: `OnTheDot` is synchronous, `AsyncOnTheDot` asynchronous, with the same calls.

It needs httpx and pydantic, but nothing of the server. The models are the server's own, in
`onthedot.scheduling` and `onthedot.messages`. See docs/how-to/from-python.md. Begin with `call.py`,
which explains how both clients share one description of each call.
"""

from onthedot.client.awaited import AsyncOnTheDot
from onthedot.client.blocking import OnTheDot
from onthedot.client.errors import (
    CallFailed,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    ProblemResponse,
    RevisionMismatch,
    Unauthorized,
    Unavailable,
    UnexpectedResponse,
    Unreachable,
)

__all__ = [
    "AsyncOnTheDot",
    "CallFailed",
    "Conflict",
    "Forbidden",
    "Invalid",
    "NotFound",
    "OnTheDot",
    "ProblemResponse",
    "RevisionMismatch",
    "Unauthorized",
    "Unavailable",
    "UnexpectedResponse",
    "Unreachable",
]
