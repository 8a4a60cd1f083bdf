"""Lists the instants of a trigger for a workflow, which must not do zone arithmetic itself."""

from __future__ import annotations

from datetime import datetime
from itertools import islice, takewhile

from temporalio import activity

from onthedot import naming
from onthedot.activities.trigger_work import off_loop
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.stored.backfill import Occurrences, OccurrencesWanted


@activity.defn(name=naming.LIST_OCCURRENCES)
async def list_occurrences(wanted: OccurrencesWanted) -> Occurrences:
    """At most `count` occurrences after `after`, none later than `until`."""
    return Occurrences(instants=await off_loop(_listed, wanted))


def _listed(wanted: OccurrencesWanted) -> tuple[datetime, ...]:
    following = occurrences(wanted.trigger, after=wanted.after, key=wanted.key)
    within = takewhile(lambda at: at <= wanted.until, following)
    return tuple(islice(within, wanted.count))
