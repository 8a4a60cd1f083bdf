"""What all fields of a form share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from nicegui.elements.mixins.value_element import ValueElement

Value = TypeVar("Value")
Changed = Callable[[Any], Any]


class Field(ValueElement[Value]):
    """A value, and where it belongs: `at` is its path in a definition."""

    VALUE_PROP = "value"
    LOOPBACK = False

    def __init__(
        self, value: Value, on_change: Changed | None, *, label: str, at: str = "", **props: object
    ) -> None:
        super().__init__(value=value, on_value_change=on_change)
        self.at = at
        for name, prop in {"label": label, "field": at, **props}.items():
            self.props[name] = prop

    def say(self, error: str = "") -> None:
        """Show what is wrong with the value, or that nothing is."""
        if self.props.get("error", "") != error:
            self.props["error"] = error
