"""Tells those that use a calendar that it changed, until all of them have taken it up.

A task shows the calendars that it keeps to, and the revision of each that its schedule was compiled
with, as labels that lists are filtered by. Who lacks the label of the latest revision still waits.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity
from temporalio.client import Client

from onthedot import naming
from onthedot.activities.schedule_checks import request_checks
from onthedot.scheduling.search import calendar_label
from onthedot.scheduling.stored.calendar_state import CalendarRefresh, UsersTold

#: How long one attempt goes on: it ends in time, and says how many are left.
_GOES_ON_FOR = timedelta(seconds=75)


class CalendarUsers:
    """Who uses calendars: tasks, and calendars that name others."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=naming.TELL_CALENDAR_USERS)
    async def tell(self, changed: CalendarRefresh) -> UsersTold:
        """Make everybody check who has not taken the revision up; how many have not at the end.

        Raises RPCError if Temporal does not answer.
        """
        told = await request_checks(
            self._client,
            waiting_query(changed.name, changed.revision),
            at_most=_GOES_ON_FOR,
            beat=activity.heartbeat if activity.in_activity() else lambda: None,
        )
        return UsersTold(waiting=told.waiting, untold=told.not_asked)


def users_query(name: str) -> str:
    """A list filter for all that use a calendar."""
    return (
        f"ExecutionStatus = 'Running' AND {naming.LABELS.name} = '{calendar_label(name)}' "
        f"AND ({naming.STATUS.name} IS NULL OR {naming.STATUS.name} != '{naming.State.DELETED}')"
    )


def waiting_query(name: str, revision: int) -> str:
    """Those of them whose schedules are still compiled with an earlier revision."""
    label = calendar_label(name, revision)
    return f"{users_query(name)} AND {naming.LABELS.name} != '{label}'"
