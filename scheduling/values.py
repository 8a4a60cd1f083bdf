"""The small values that definitions are made of: durations, instants, identifiers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:")


class Model(BaseModel):
    """Base of every definition: immutable, and an unknown field is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


_DURATION = TypeAdapter(timedelta)
_A_DURATION = "a duration is ISO 8601 (PT30S) or a number of seconds"


def _iso_or_seconds(value: Any) -> Any:
    """Done here in full, so that a strict reading of JSON takes both forms too."""
    if isinstance(value, timedelta):
        return value
    iso = isinstance(value, str) and value.lstrip("+-").startswith("P")
    if isinstance(value, bool) or not (iso or isinstance(value, int | float)):
        raise ValueError(_A_DURATION)
    try:
        return _DURATION.validate_python(value)
    except ValidationError:
        raise ValueError(_A_DURATION) from None


#: A length of time: ISO 8601 or a number of seconds in, ISO 8601 out.
Duration = Annotated[
    timedelta,
    BeforeValidator(_iso_or_seconds, json_schema_input_type=str | float),
    Field(ge=timedelta(0), le=timedelta(days=36_525), examples=["PT30S"]),
]


def format_instant(value: datetime) -> str:
    """RFC 3339 in UTC with `Z`, with a fraction only where there is one."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def written_as_instant(value: Any) -> Any:
    """Refuse a text that is a bare number or date: pydantic would guess what it means."""
    if isinstance(value, str) and not _INSTANT.match(value):
        raise ValueError("must be an instant as in 2026-12-24T18:00:00+01:00")
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is beyond the years that a calendar has") from None


#: A point in time: any offset in, UTC with `Z` out.
Instant = Annotated[
    AwareDatetime,
    BeforeValidator(written_as_instant, json_schema_input_type=AwareDatetime),
    AfterValidator(_in_utc),
    PlainSerializer(format_instant, return_type=str, when_used="json"),
]

#: What a task is called by programs: its address in REST, and part of its ids in Temporal.
TaskId = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,127}$"), Field(examples=["report"])
]
