"""Fields of a form. Each has a value, a hint, and an error that says what to fix."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.elements.mixins.value_element import ValueElement

Changed = Callable[[Any], Any]


class TextField(ValueElement[str], component="otd_field.js"):
    """A line to type in, or with `rows` a text. `at` is its path in a definition."""

    VALUE_PROP = "value"
    LOOPBACK = False

    def __init__(
        self,
        label: str,
        value: str = "",
        *,
        at: str = "",
        hint: str = "",
        placeholder: str = "",
        mono: bool = False,
        rows: int | None = None,
        kind: str = "text",
        options: Sequence[str] = (),
        optional: bool = False,
        full: bool = False,
        on_change: Changed | None = None,
    ) -> None:
        super().__init__(value=value, on_value_change=on_change)
        self.at = at
        self._hint = hint
        self.props["label"] = label
        self.props["hint"] = hint
        self.props["field"] = at
        self.props["placeholder"] = placeholder
        self.props["mono"] = mono
        self.props["kind"] = kind
        self.props["optional"] = optional
        self.props["full"] = full
        if rows:
            self.props["rows"] = rows
        if options:
            self.props["list"] = list(options)

    def say(self, error: str = "") -> None:
        """Show what is wrong with it, or that nothing is."""
        if self.props.get("error", "") != error:
            self.props["error"] = error

    def advise(self, hint: str = "", *, good: bool = False) -> None:
        """Another hint; the first one again without a text."""
        self.props["hint"] = hint or self._hint
        self.props["good"] = good


class TagField(ValueElement[str], component="otd_tag_field.js"):
    """Tags with blanks between them, completed from what `find` gives: `{"tag", "tasks", …}`."""

    VALUE_PROP = "value"
    LOOPBACK = False

    def __init__(
        self,
        label: str,
        value: str,
        *,
        find: Callable[[], Awaitable[list[dict[str, Any]]]],
        on_change: Changed | None = None,
    ) -> None:
        super().__init__(value=value, on_value_change=on_change)
        self.props["label"] = label
        self.props["tags"] = []

        async def asked() -> None:
            found = await find()
            if self.props["tags"] != found:
                self.props["tags"] = found

        self.on("ask", asked)


class FileField(Element, component="otd_file.js"):
    """A file to choose; its event `file` brings `{"name", "text"}`."""

    def __init__(self, label: str, *, accept: str = "") -> None:
        super().__init__()
        self.props["label"] = label
        if accept:
            self.props["accept"] = accept


class ChoiceField(ValueElement[str], component="otd_choice.js"):
    """One of several, shown in the system's own list. `options`: value to label."""

    VALUE_PROP = "value"
    LOOPBACK = False

    def __init__(
        self,
        label: str,
        options: Mapping[str, str],
        value: str,
        *,
        at: str = "",
        hint: str = "",
        plain: bool = False,
        full: bool = False,
        on_change: Changed | None = None,
    ) -> None:
        super().__init__(value=value, on_value_change=on_change)
        self.at = at
        self.props["label"] = label
        self.props["hint"] = hint
        self.props["field"] = at
        self.props["full"] = full
        self.props["plain"] = plain
        self.props["hideLabel"] = plain
        self.props["options"] = [{"value": key, "label": text} for key, text in options.items()]

    def say(self, error: str = "") -> None:
        """Show what is wrong with it, or that nothing is."""
        self.props["error"] = error


class Segments(ValueElement[str], component="otd_segments.js"):
    """One of a few, all in sight. `options`: (value, label, icon)."""

    VALUE_PROP = "value"
    LOOPBACK = False

    def __init__(
        self,
        label: str,
        options: Sequence[tuple[str, str, str]],
        value: str,
        *,
        at: str = "",
        small: bool = False,
        on_change: Changed | None = None,
    ) -> None:
        super().__init__(value=value, on_value_change=on_change)
        self.at = at
        self.values = [key for key, _, _ in options]
        self.props["label"] = label
        self.props["field"] = at
        self.props["small"] = small
        self.props["options"] = [
            {"value": key, "label": text, "icon": icon} for key, text, icon in options
        ]


class ChecksField(ValueElement[str], component="otd_checks.js"):
    """Some of several, all in sight; the value holds what is chosen, with commas between.
    `options`: value to label."""

    VALUE_PROP = "value"
    LOOPBACK = False

    def __init__(
        self,
        label: str,
        options: Mapping[str, str],
        value: str = "",
        *,
        at: str = "",
        hint: str = "",
        on_change: Changed | None = None,
    ) -> None:
        super().__init__(value=value, on_value_change=on_change)
        self.at = at
        self.props["label"] = label
        self.props["hint"] = hint
        self.props["field"] = at
        self.props["options"] = [{"value": key, "label": text} for key, text in options.items()]

    @property
    def chosen(self) -> list[str]:
        """What is chosen, in the order of the options."""
        return [value for value in self.value.split(",") if value]

    def say(self, error: str = "") -> None:
        """Show what is wrong with it, or that nothing is."""
        self.props["error"] = error


class PairsField(ValueElement[list[dict[str, Any]]], component="otd_pairs.js"):
    """Names and values, such as headers: `{"name", "value", "secret"}` each."""

    VALUE_PROP = "value"
    LOOPBACK = False

    def __init__(
        self,
        label: str,
        value: list[dict[str, Any]],
        *,
        at: str,
        name: str,
        add: str,
        on_change: Changed | None = None,
    ) -> None:
        super().__init__(value=value, on_value_change=on_change)
        self.at = at
        self.props["label"] = label
        self.props["name"] = name
        self.props["add"] = add
        self.props["field"] = at
        self.props["errors"] = {}

    def say(self, errors: Mapping[str, str]) -> None:
        """What is wrong with which name."""
        if self.props["errors"] != errors:
            self.props["errors"] = dict(errors)
