"""A client for Python: `OnTheDot` blocks, `AsyncOnTheDot` is awaited; both have the same calls.

Needs httpx and pydantic, and nothing of the server. Models are those of the server itself:
`onthedot.scheduling` and `onthedot.messages`. docs/how-to/from-python.md shows the use.
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
