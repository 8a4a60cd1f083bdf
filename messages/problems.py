"""The body of an error: a problem document (RFC 9457)."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onthedot.access.roles import Role


def _is_none(value: object) -> bool:
    return value is None


class FieldError(BaseModel):
    """One invalid field."""

    field: str = Field(
        description="Its path in the body, or the name of the query parameter or header; empty "
        "for the whole body.",
        examples=["trigger.expression"],
    )
    message: str = Field(examples=["minute 61 is out of range 0-59."])


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(
        description="Stable, for programs. The reference of REST errors lists all types.",
        examples=["/errors/task-exists"],
    )
    title: str = Field(description="The kind of error, in words.")
    status: int = Field(examples=[409])
    detail: str = Field(description="What happened, and what to do about it.")
    errors: list[FieldError] | None = Field(
        default=None,
        exclude_if=_is_none,
        description="With 422: the fields to fix.",
    )
    current_revision: int | None = Field(
        default=None,
        exclude_if=_is_none,
        description="With revision-mismatch: the current revision.",
    )
    needed_role: Role | None = Field(
        default=None,
        exclude_if=_is_none,
        description="With forbidden, if the caller's role is insufficient: the role that is "
        "needed.",
    )
