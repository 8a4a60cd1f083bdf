"""The basic values of definitions: durations, instants, identifiers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NoReturn, Self

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
    WithJsonSchema,
)

_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:", re.ASCII)
_INSTANT = TypeAdapter(datetime)


class Model(BaseModel):
    """Base of every definition: immutable, and an unknown field is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    @classmethod
    def part_of(cls, wider: Model) -> Self:
        """The fields of this model, taken from one that has more."""
        return cls(**{name: getattr(wider, name) for name in cls.model_fields})


class Passed(Model):
    """Base of models that another release may have written: unknown fields are ignored, and a new
    field has a default. A model that is read and written again would lose unknown fields."""

    model_config = ConfigDict(extra="ignore")


_DURATION = TypeAdapter(timedelta)
_A_DURATION = "a duration is ISO 8601 (PT30S) or a number of seconds"

#: ISO 8601 without months, which have no length of their own; a year has 365 days.
_ISO_DURATION = (
    r"^P(\d{1,6}W|(\d{1,3}Y)?(\d{1,6}D)?(T(\d{1,9}H)?(\d{1,9}M)?(\d{1,9}(\.\d{1,9})?S)?)?)$"
)
_IS_ISO = re.compile(_ISO_DURATION, re.ASCII)
_LONGEST = timedelta(days=36_525)
_EXAMPLES = ["PT30S"]


def _iso_or_seconds(value: Any) -> Any:
    """Convert both forms here, because pydantic's strict mode accepts neither from JSON."""
    if isinstance(value, timedelta):
        return value
    iso = isinstance(value, str) and _IS_ISO.fullmatch(value)
    if isinstance(value, bool) or not (iso or isinstance(value, int | float)):
        raise ValueError(_A_DURATION)
    try:
        return _DURATION.validate_python(value)
    except ValidationError:
        raise ValueError(_A_DURATION) from None


#: A duration: ISO 8601 or a number of seconds in, ISO 8601 out.
Duration = Annotated[
    timedelta,
    BeforeValidator(_iso_or_seconds),
    Field(ge=timedelta(0), le=_LONGEST),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": _ISO_DURATION},
                {"type": "number", "minimum": 0, "maximum": _LONGEST.total_seconds()},
            ],
            "description": "ISO 8601, or a number of seconds.",
            "examples": _EXAMPLES,
        },
        mode="validation",
    ),
    WithJsonSchema(
        {"type": "string", "pattern": _ISO_DURATION, "examples": _EXAMPLES}, mode="serialization"
    ),
]


def format_instant(value: datetime) -> str:
    """RFC 3339 in UTC with `Z`, with a fraction only if it is not zero."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def written_as_instant(value: Any) -> Any:
    """Parse a text, but not a bare number or date, whose meaning pydantic would guess.

    Done here completely, so that strict mode accepts it too.
    """
    if not isinstance(value, str):
        return value
    try:
        return _INSTANT.validate_python(value) if _WRITTEN.match(value) else _refuse()
    except ValidationError:
        return _refuse()


def _refuse() -> NoReturn:
    raise ValueError("must be an instant such as 2026-12-24T18:00:00+01:00") from None


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the supported years, 1 to 9999 in UTC") from None


def in_utc_if_aware(value: datetime | None) -> datetime | None:
    """An instant in UTC; a local time as it is."""
    return value if value is None or value.tzinfo is None else _in_utc(value)


#: A point in time: any offset in, UTC with `Z` out.
Instant = Annotated[
    AwareDatetime,
    BeforeValidator(written_as_instant, json_schema_input_type=AwareDatetime),
    AfterValidator(_in_utc),
    PlainSerializer(format_instant, return_type=str, when_used="json"),
]

#: A task's id: its address in REST, and part of its ids in Temporal.
TaskId = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,127}$"), Field(examples=["report"])
]
