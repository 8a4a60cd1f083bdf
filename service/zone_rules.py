"""Warns that a process must be restarted once another zone database is installed."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from onthedot.scheduling.firing.zone_rules import installed_release, release_in_use

_LOG = logging.getLogger("onthedot.zone_rules")
LOOKED_EVERY = timedelta(minutes=10)


async def watch_zone_rules(every: timedelta = LOOKED_EVERY) -> None:
    """Log it once for each release that is installed next to the one in use, and keep checking."""
    told = in_use = release_in_use()
    _LOG.info("time zones go by the zone database %s", in_use)
    while True:
        await asyncio.sleep(every.total_seconds())
        found = await asyncio.to_thread(installed_release)
        if found not in (told, in_use):
            _LOG.warning(
                "the zone database %s is installed, and this process goes by %s: start all "
                "servers and workers again; tasks follow within an hour",
                found,
                in_use,
            )
        told = found
