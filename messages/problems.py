"""An error as REST answers it: a problem document (RFC 9457)."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onthedot.access.roles import Role


def _is_none(value: object) -> bool:
    return value is None


class FieldError(BaseModel):
    """One field that has to be fixed."""

    field: str = Field(
        description="Its path in the body, or the name of the query parameter or header; "
        "empty for the body as a whole.",
        examples=["trigger.expression"],
    )
    message: str = Field(examples=["minute 61 is out of range 0-59."])


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str = Field(
        description="Stable, for programs. All are in the documentation of errors.",
        examples=["/errors/task-exists"],
    )
    title: str = Field(description="The kind of error, the same each time.")
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
        description="With forbidden, where the caller's role is too small: the role that would do.",
    )
