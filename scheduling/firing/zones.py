"""Time zones by their IANA names, and local times that are not exactly one instant."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones


class ZoneError(ValueError):
    """There is no such zone; the message suggests a similar name."""


class LocalTimeError(ValueError):
    """A local time that does not exist, or that occurs twice."""


def zone_named(name: str) -> ZoneInfo:
    """The zone with this name. Raises ZoneError."""
    if name not in _names():
        meant = zone_meant(name)
        hint = f" Did you mean {meant}?" if meant else ""
        raise ZoneError(f"{name!r} is not a time zone. Use an IANA name such as Europe/Rome.{hint}")
    return ZoneInfo(name)


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which clocks show a local time. Raises LocalTimeError."""
    first = local.replace(tzinfo=zone, fold=0)
    second = local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    written = local.isoformat()
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise LocalTimeError(
            f"{written} does not exist in {zone.key}: clocks are put forward past it. Choose "
            f"another time, or give it with an offset."
        )
    choices = f"{first.isoformat()} or {second.isoformat()}"
    raise LocalTimeError(
        f"{written} occurs twice in {zone.key}: clocks are put back. Write {choices}."
    )


def zone_meant(written: str) -> str:
    """The zone that was probably meant: the same ignoring case and blanks, that of a city, or one
    with a similar name; empty if there is none."""
    folded = written.strip().replace(" ", "_").casefold()
    if not folded:
        return ""
    known = _folded()
    if folded in known:
        return known[folded]
    close = difflib.get_close_matches(folded, sorted(known), n=1, cutoff=0.6)
    return known[close[0]] if close else ""


@lru_cache(maxsize=1)
def _folded() -> dict[str, str]:
    """Every zone by its name in lower case, and by that of its city."""
    names = sorted(_names(), reverse=True)
    cities = {name.casefold().rpartition("/")[2]: name for name in names}
    return cities | {name.casefold(): name for name in names}


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones()) - {"Factory", "localtime"}
