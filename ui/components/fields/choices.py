"""Fields with values to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onthedot.ui.components.fields.text import Changed, Field, Form


class ChoiceField(Field[str], component="otd_choice.js"):
    """One of several, in the system's own list. `options`: value to label."""

    def __init__(
        self,
        label: str,
        options: Mapping[str, str],
        value: str,
        *,
        at: str = "",
        plain: bool = False,
        on_change: Changed | None = None,
        form: Form | None = None,
    ) -> None:
        super().__init__(
            value,
            on_change,
            label=label,
            at=at,
            form=form,
            plain=plain,
            options=_listed(options),
        )


class Segments(Field[str], component="otd_segments.js"):
    """One of a few, all visible. `options`: (value, label, icon)."""

    def __init__(
        self,
        label: str,
        options: Sequence[tuple[str, str, str]],
        value: str,
        *,
        at: str = "",
        small: bool = False,
        on_change: Changed | None = None,
        form: Form | None = None,
    ) -> None:
        listed = [{"value": key, "label": text, "icon": icon} for key, text, icon in options]
        super().__init__(
            value, on_change, label=label, at=at, form=form, small=small, options=listed
        )
        self.values = [key for key, _, _ in options]


class ChecksField(Field[str], component="otd_checks.js"):
    """Any number of several, all visible. `options`: value to label. The value lists the chosen
    ones, separated by commas."""

    def __init__(
        self,
        label: str,
        options: Mapping[str, str],
        value: str = "",
        *,
        at: str = "",
        hint: str = "",
        form: Form,
    ) -> None:
        listed = _listed(options)
        super().__init__(value, None, label=label, at=at, form=form, hint=hint, options=listed)

    @property
    def chosen(self) -> list[str]:
        """The chosen values, in the order of the options."""
        return [value for value in self.value.split(",") if value]


def _listed(options: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"value": key, "label": text} for key, text in options.items()]
