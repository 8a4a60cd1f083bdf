"""Errors of calendars."""

from __future__ import annotations


class CalendarError(ValueError):
    """A calendar whose days cannot be computed: the field at fault, and the fix."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
