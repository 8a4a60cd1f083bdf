"""Small inputs for several parts of the form: a zone, and values to choose with a click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from zoneinfo import available_timezones

from onthedot.scheduling.firing.zones import zone_meant
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.components.markup import box, named, text
from onthedot.ui.forms.fields import Fields, listed


def zone_entry(fields: Fields, zone: str) -> TextField:
    """A field for a time zone that offers all zones."""
    return TextField("Time zone", zone, at="trigger.timezone", options=_zones(), form=fields)


def zone_in(field: TextField) -> str:
    """The zone in the field, in its proper case; unchanged if it is unknown."""
    written = field.value.strip() or "UTC"
    meant = zone_meant(written)
    return meant if meant.casefold() == written.casefold() else written


def chips(values: Sequence[tuple[str, str]], field: TextField) -> None:
    """Buttons that each put a value into the field."""
    _chips(values, field.set_value)


def name_chips(names: Sequence[str], field: TextField) -> None:
    """Buttons that each add a name to the field's list, or remove it."""
    _chips([(name, name) for name in names], lambda name: _toggle(field, name))


def _chips(values: Sequence[tuple[str, str]], act: Callable[[str], object]) -> None:
    with box("chips"):
        for label, value in values:
            chip = named(box("chip", "button"), type="button")
            chip.on("click", lambda value=value: act(value))
            with chip:
                text(label)


def _toggle(field: TextField, name: str) -> None:
    names = listed(field.value)
    kept = [each for each in names if each != name]
    field.set_value(", ".join(kept if name in names else [*names, name]))


@lru_cache(maxsize=1)
def _zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
