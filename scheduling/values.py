"""The small values that definitions are made of: durations, instants, identifiers."""

from __future__ import annotations

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
)


class Model(BaseModel):
    """Base of every definition: immutable, and an unknown field is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def _iso_or_seconds(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a duration is ISO 8601 (PT30S) or a number of seconds")
    if isinstance(value, str) and not value.lstrip("+-").startswith("P"):
        raise ValueError("a duration is ISO 8601 (PT30S) or a number of seconds")
    return value


#: A length of time: ISO 8601 or a number of seconds in, ISO 8601 out.
Duration = Annotated[
    timedelta,
    BeforeValidator(_iso_or_seconds, json_schema_input_type=str | float),
    Field(ge=timedelta(0), le=timedelta(days=36_525), examples=["PT30S"]),
]


def format_instant(value: datetime) -> str:
    """RFC 3339 in UTC with `Z`, with a fraction only where there is one."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


#: A point in time: any offset in, UTC with `Z` out.
Instant = Annotated[
    AwareDatetime,
    AfterValidator(lambda value: value.astimezone(UTC)),
    PlainSerializer(format_instant, return_type=str, when_used="json"),
]

#: What a task is called by programs: its address in REST, and part of its ids in Temporal.
TaskId = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,127}$"), Field(examples=["report"])
]
