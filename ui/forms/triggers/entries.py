"""Small inputs for several parts of the form: a zone, and values to choose with a click."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from zoneinfo import available_timezones

from onthedot.scheduling.firing.zones import zone_meant
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.components.markup import box, named, text
from onthedot.ui.forms.fields import Fields


def zone_entry(fields: Fields, zone: str) -> TextField:
    """A field for a time zone that offers all zones."""
    return fields.add(TextField("Time zone", zone, at="trigger.timezone", options=_zones()))


def zone_in(field: TextField) -> str:
    """The zone in the field, in its proper case; unchanged if it is unknown."""
    written = field.value.strip() or "UTC"
    meant = zone_meant(written)
    return meant if meant.casefold() == written.casefold() else written


def chips(values: Sequence[tuple[str, str]], field: TextField) -> None:
    """Buttons that each put a value into the field."""
    with box("chips"):
        for label, value in values:
            chip = named(box("chip", "button"), type="button")
            chip.on("click", lambda value=value: field.set_value(value))
            with chip:
                text(label)


def name_chips(names: Sequence[str], field: TextField) -> None:
    """Buttons that each add a name to the field's list, or remove it."""
    with box("chips"):
        for name in names:
            chip = named(box("chip", "button"), type="button")
            chip.on("click", lambda name=name: _toggle(field, name))
            with chip:
                text(name)


def _toggle(field: TextField, name: str) -> None:
    names = [each.strip() for each in field.value.split(",") if each.strip()]
    kept = [each for each in names if each != name]
    field.set_value(", ".join(kept if name in names else [*names, name]))


@lru_cache(maxsize=1)
def _zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
