"""Problem documents (RFC 9457), and the catalogue of their codes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from onthedot.messages.problems import FieldError, Problem
from onthedot.scheduling.errors import (
    FieldProblem,
    Forbidden,
    IdempotencyConflict,
    InvalidDefinition,
    OnTheDotError,
    RevisionMismatch,
)

MEDIA_TYPE = "application/problem+json"

#: After how many seconds a call may be repeated that got a 503.
RETRY_AFTER_SECONDS = 5


@dataclass(frozen=True)
class Kind:
    """A kind of error. `code` is stable: the document's `type` ends with it."""

    code: str
    status: int
    title: str


INVALID_REQUEST = Kind("invalid-request", 422, "The request is malformed")
MISSING_TOKEN = Kind("missing-token", 401, "A token is required")
WRONG_TOKEN = Kind("wrong-token", 401, "The token is unknown")
FORBIDDEN = Kind("forbidden", 403, "Not allowed")
PROVIDER_AWAY = Kind("sign-in-unavailable", 503, "The sign-in provider does not respond")
NOT_FOUND = Kind("not-found", 404, "The address does not exist")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "The address does not support this method")
TOO_SLOW = Kind("body-too-slow", 408, "The body did not arrive in time")
TOO_LARGE = Kind("body-too-large", 413, "The body is too large")
MEDIA = Kind("unsupported-media-type", 415, "The type of the body is not supported")
INTERNAL = Kind("internal", 500, "Internal error")
HTTP = Kind("http", 400, "The request was rejected")

#: Every kind of error, by its code.
KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        INVALID_REQUEST,
        MISSING_TOKEN,
        WRONG_TOKEN,
        FORBIDDEN,
        PROVIDER_AWAY,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        TOO_SLOW,
        TOO_LARGE,
        MEDIA,
        INTERNAL,
        HTTP,
        Kind("invalid-definition", 422, "The definition cannot be used"),
        Kind("idempotency-conflict", 422, "The Idempotency-Key was used with a different body"),
        Kind("task-not-found", 404, "The task does not exist"),
        Kind("revision-not-found", 404, "The revision does not exist"),
        Kind("run-not-found", 404, "The run does not exist"),
        Kind("backfill-not-found", 404, "The backfill does not exist"),
        Kind("calendar-not-found", 404, "The calendar does not exist"),
        Kind("calendar-in-use", 409, "The calendar is in use"),
        Kind("task-exists", 409, "The id is in use"),
        Kind("freeze-not-found", 404, "The freeze does not exist"),
        Kind("frozen", 409, "A freeze is in force"),
        Kind("wrong-state", 409, "Not possible in this state"),
        Kind("revision-mismatch", 412, "The revision has changed"),
        Kind("temporal-unavailable", 503, "Temporal does not respond"),
        Kind("no-worker", 503, "No worker is running"),
        Kind("not-in-force", 503, "The change is stored, but not in effect yet"),
        Kind("busy", 503, "The server is busy"),
        Kind("key-missing", 503, "An encryption key is missing"),
        Kind("later-release", 503, "A later release wrote the data"),
        Kind("not-our-seal", 500, "A payload cannot be opened"),
    )
}


def problem(kind: Kind, detail: str, fields: Sequence[FieldProblem] = ()) -> Problem:
    """A problem document."""
    return Problem(
        type=f"/errors/{kind.code}",
        title=kind.title,
        status=kind.status,
        detail=detail,
        errors=[FieldError(field=f.field, message=f.message) for f in fields] or None,
    )


def problem_of(error: OnTheDotError) -> Problem:
    """The problem document of one of our own errors."""
    kind = KINDS.get(error.code, INTERNAL)
    found = problem(kind, str(error), _fields(error))
    if isinstance(error, Forbidden):
        found.needed_role = error.needed
    if isinstance(error, RevisionMismatch):
        found.current_revision = error.current
    return found


def _fields(error: OnTheDotError) -> tuple[FieldProblem, ...]:
    match error:
        case InvalidDefinition():
            return error.problems
        case IdempotencyConflict():
            return (FieldProblem("Idempotency-Key", "was used with another body; send a new one"),)
        case _:
            return ()


def answer(found: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The response that carries a problem document."""
    more = dict(headers or {})
    if found.status == 503:
        more["Retry-After"] = str(RETRY_AFTER_SECONDS)
    body = json.dumps(found.model_dump(), ensure_ascii=False)
    # The document may quote the request, which may not be valid UTF-8.
    content = body.encode("utf-8", "replace")
    return Response(content, found.status, media_type=MEDIA_TYPE, headers=more)
