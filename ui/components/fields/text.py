"""Fields to type in, or to choose a file with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from nicegui.element import Element
from nicegui.elements.mixins.value_element import ValueElement

Value = TypeVar("Value")
Changed = Callable[[Any], Any]


class Form(Protocol):
    """What fields belong to."""

    def add(self, field: Any) -> None:
        """Take a field in, and listen to its changes."""


class Field(ValueElement[Value]):
    """A value, and where it belongs: `at` is its path in a definition; and its form, if any."""

    VALUE_PROP = "value"
    LOOPBACK = False

    def __init__(
        self,
        value: Value,
        on_change: Changed | None,
        *,
        label: str,
        at: str = "",
        form: Form | None = None,
        **props: object,
    ) -> None:
        super().__init__(value=value, on_value_change=on_change)
        self.at = at
        for name, prop in {"label": label, "field": at, **props}.items():
            self.props[name] = prop
        if form is not None:
            form.add(self)

    def say(self, error: str = "") -> None:
        """Show what is wrong with the value, or that nothing is."""
        if self.props.get("error", "") != error:
            self.props["error"] = error


class TextField(Field[str], component="otd_field.js"):
    """One line of text, or several with `rows`."""

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
        form: Form | None = None,
    ) -> None:
        super().__init__(
            value,
            on_change,
            label=label,
            at=at,
            hint=hint,
            placeholder=placeholder,
            mono=mono,
            kind=kind,
            optional=optional,
            full=full,
            form=form,
        )
        self._hint = hint
        if rows:
            self.props["rows"] = rows
        if options:
            self.props["list"] = list(options)

    def advise(self, hint: str = "", *, good: bool = False) -> None:
        """Show another hint or, without one, the original one."""
        self.props["hint"] = hint or self._hint
        self.props["good"] = good


def moment_field(label: str, value: str, **more: Any) -> TextField:
    """A local date and time, to the second; `more` as for any text."""
    field = TextField(label, value, kind="datetime-local", **more)
    field.props["step"] = "1"
    return field


class TagField(Field[str], component="otd_tag_field.js"):
    """Tags separated by blanks. `find` gives the known ones: `{"tag", "tasks", …}`."""

    def __init__(
        self,
        label: str,
        value: str,
        *,
        find: Callable[[], Awaitable[list[dict[str, Any]]]],
        on_change: Changed | None = None,
    ) -> None:
        super().__init__(value, on_change, label=label, tags=[])

        async def asked() -> None:
            found = await find()
            if self.props["tags"] != found:
                self.props["tags"] = found

        self.on("ask", asked)


class PairsField(Field[list[dict[str, Any]]], component="otd_pairs.js"):
    """Names and values, such as headers: a list of `{"name", "value", "secret"}`."""

    def __init__(
        self,
        label: str,
        value: list[dict[str, Any]],
        *,
        at: str,
        name: str,
        add: str,
        form: Form,
    ) -> None:
        super().__init__(value, None, label=label, at=at, form=form, name=name, add=add, errors={})

    def say_each(self, errors: Mapping[str, str]) -> None:
        """Show what is wrong with which name."""
        if self.props["errors"] != errors:
            self.props["errors"] = dict(errors)


class FileField(Element, component="otd_file.js"):
    """A file to choose. Its event `file` carries `{"name", "text"}`."""

    def __init__(self, label: str, *, accept: str = "") -> None:
        super().__init__()
        self.props["label"] = label
        if accept:
            self.props["accept"] = accept
