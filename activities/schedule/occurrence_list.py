"""Lists the instants of a trigger for a workflow, which must not do zone arithmetic itself."""

from __future__ import annotations

from itertools import islice, takewhile

from temporalio import activity

from onthedot import naming
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.stored.backfill import Occurrences, OccurrencesWanted


@activity.defn(name=naming.LIST_OCCURRENCES)
async def list_occurrences(wanted: OccurrencesWanted) -> Occurrences:
    """At most `count` occurrences after `after`, none later than `until`."""
    following = occurrences(wanted.trigger, after=wanted.after, key=wanted.key)
    within = takewhile(lambda at: at <= wanted.until, following)
    return Occurrences(instants=tuple(islice(within, wanted.count)))
