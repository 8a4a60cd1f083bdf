"""What an error looks like to a caller: a problem document (RFC 9457), one catalogue of codes."""

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

#: After how many seconds a call that was answered 503 is worth repeating.
RETRY_AFTER_SECONDS = 5


@dataclass(frozen=True)
class Kind:
    """A kind of error. `code` is stable: it is the end of the document's `type`."""

    code: str
    status: int
    title: str


INVALID_REQUEST = Kind("invalid-request", 422, "The request is not understood")
MISSING_TOKEN = Kind("missing-token", 401, "A token is needed")
WRONG_TOKEN = Kind("wrong-token", 401, "The token is not known")
FORBIDDEN = Kind("forbidden", 403, "Not allowed")
PROVIDER_AWAY = Kind("sign-in-unavailable", 503, "The sign-in provider does not answer")
NOT_FOUND = Kind("not-found", 404, "There is no such address")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "This address does not take this method")
TOO_SLOW = Kind("body-too-slow", 408, "The body did not come in time")
TOO_LARGE = Kind("body-too-large", 413, "The body is too large")
MEDIA = Kind("unsupported-media-type", 415, "The body is not of a type that is understood")
INTERNAL = Kind("internal", 500, "Something went wrong here")
HTTP = Kind("http", 400, "The request was refused")

#: Every kind that an answer may have, by its code.
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
        Kind("idempotency-conflict", 422, "The Idempotency-Key was used with another body"),
        Kind("task-not-found", 404, "There is no such task"),
        Kind("revision-not-found", 404, "There is no such revision"),
        Kind("run-not-found", 404, "There is no such run"),
        Kind("backfill-not-found", 404, "There is no such backfill"),
        Kind("calendar-not-found", 404, "There is no such calendar"),
        Kind("calendar-in-use", 409, "The calendar is in use"),
        Kind("task-exists", 409, "The id is in use"),
        Kind("freeze-not-found", 404, "There is no such freeze"),
        Kind("frozen", 409, "A freeze is in force"),
        Kind("wrong-state", 409, "Not possible in this state"),
        Kind("revision-mismatch", 412, "It has changed in the meantime"),
        Kind("temporal-unavailable", 503, "Temporal does not answer"),
        Kind("no-worker", 503, "No worker is there"),
        Kind("not-in-force", 503, "The change is taken, but not in force yet"),
        Kind("busy", 503, "The server is busy"),
        Kind("key-missing", 503, "An encryption key is missing"),
        Kind("later-release", 503, "A later release stored it"),
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
    """The document of one of our own errors."""
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
    # What a caller sent may be quoted, and need not be text that UTF-8 can hold.
    content = body.encode("utf-8", "replace")
    return Response(content, found.status, media_type=MEDIA_TYPE, headers=more)
