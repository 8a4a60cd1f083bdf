"""Warns that a process must be restarted when another zone database was installed."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from onthedot.scheduling.firing.zone_rules import installed_release, release_in_use

_LOG = logging.getLogger("onthedot.zone_rules")
LOOKED_EVERY = timedelta(minutes=10)


async def watch_zone_rules() -> None:
    """Keep checking, and log each newly installed release once."""
    told = in_use = release_in_use()
    _LOG.info("this process uses the zone database %s", in_use)
    while True:
        await asyncio.sleep(LOOKED_EVERY.total_seconds())
        found = await asyncio.to_thread(installed_release)
        if found not in (told, in_use):
            _LOG.warning(
                "the zone database %s was installed, but this process uses %s: restart all "
                "servers and workers; tasks follow within an hour",
                found,
                in_use,
            )
        told = found
