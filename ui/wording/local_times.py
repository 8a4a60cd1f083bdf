"""Times as a field for date and time holds them: without a zone, in the reader's."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from onthedot.scheduling.firing.zones import instant_of


def local_text(at: datetime | None, zone: str) -> str:
    """An instant as such a field holds it."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S") if at else ""


def local_instant(written: str, zone: str) -> datetime:
    """The instant that is written.

    Raises:
        ValueError: it is none; a `LocalTimeError` where clocks in the zone never show it.
    """
    return instant_of(datetime.fromisoformat(written), ZoneInfo(zone))
