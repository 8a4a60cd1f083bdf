"""Unit files: sections, settings that may be repeated, and their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from onthedot.importing.imported import UnreadableSource

_SECTION = re.compile(r"\[([^\]]+)\]")
_HEADER = re.compile(r"#\s*(?:/\S+/)?(\S+\.(?:timer|service|target))\s*")
_SPAN = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)\s*([a-zA-Zµμ]*)", re.ASCII)
_UNITS = {
    "": 1.0, "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0,
    "m": 60.0, "min": 60.0, "minute": 60.0, "minutes": 60.0,
    "h": 3600.0, "hr": 3600.0, "hour": 3600.0, "hours": 3600.0,
    "d": 86_400.0, "day": 86_400.0, "days": 86_400.0,
    "w": 604_800.0, "week": 604_800.0, "weeks": 604_800.0,
    "M": 2_629_800.0, "month": 2_629_800.0, "months": 2_629_800.0,
    "y": 31_557_600.0, "year": 31_557_600.0, "years": 31_557_600.0,
    "ms": 0.001, "msec": 0.001, "us": 0.000_001, "usec": 0.000_001,
}  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """One assignment."""

    line: int
    value: str


@dataclass
class Unit:
    """A unit: its name, and the effective assignments of each (section, setting)."""

    name: str
    line: int
    settings: dict[tuple[str, str], list[Setting]] = field(default_factory=dict)

    def all(self, section: str, name: str) -> list[Setting]:
        """Every assignment of a setting since it was last reset."""
        return self.settings.get((section, name), [])

    def last(self, section: str, name: str) -> Setting | None:
        """The effective assignment of a setting with one value."""
        found = self.all(section, name)
        return found[-1] if found else None

    def set(self, section: str, name: str, setting: Setting) -> None:
        """Adds an assignment; an empty one resets the setting."""
        if setting.value:
            self.settings.setdefault((section, name), []).append(setting)
        else:
            self.settings.pop((section, name), None)


def units(text: str, name: str) -> list[Unit]:
    """The units of a file: one, or those printed by `systemctl cat`, including drop-ins.

    Raises:
        UnreadableSource: a line is not an assignment.
    """
    found = [Unit(name.rpartition("/")[2], 1)]
    section, carried, carried_from = "", "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        header = _HEADER.fullmatch(line)
        if header is not None and not carried and ".d/" not in line:
            found.append(Unit(header[1], number))
            section = ""
            continue
        if not carried and not line:
            continue
        if line.startswith(("#", ";")):
            continue
        if line.endswith("\\"):
            carried, carried_from = f"{carried}{line[:-1].strip()} ", carried_from or number
            continue
        line, started = carried + line, carried_from or number
        carried, carried_from = "", 0
        match = _SECTION.fullmatch(line)
        if match is not None:
            section = match[1]
            continue
        key, equals, value = line.partition("=")
        if not equals or not section:
            raise UnreadableSource(name, started, f"is not a line of a unit file: {line!r}.")
        found[-1].set(section, key.strip(), Setting(started, value.strip()))
    return [unit for unit in found if unit.settings]


def time_span(text: str) -> timedelta | None:
    """A time span such as `1h 30min` or `90`; None if the text is invalid."""
    parts = list(_SPAN.finditer(text))
    if not parts or _SPAN.sub("", text).strip():
        return None
    if any(match[2] not in _UNITS for match in parts):
        return None
    try:
        return timedelta(seconds=sum(float(m[1]) * _UNITS[m[2]] for m in parts))
    except OverflowError:
        return None


def yes(setting: Setting | None) -> bool:
    """Whether a setting is switched on."""
    return setting is not None and setting.value.lower() in ("1", "yes", "y", "true", "t", "on")
