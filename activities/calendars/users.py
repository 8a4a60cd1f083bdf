"""Notifies the users of a calendar that it changed, until all of them have adopted the change.

A task publishes its calendars, and the revision of each that its schedule was compiled with, as
labels that lists filter by. A task without the label of the latest revision is still waiting.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity
from temporalio.client import Client

from onthedot import naming
from onthedot.activities.schedule_checks import request_checks
from onthedot.scheduling.search import calendar_label
from onthedot.scheduling.stored.calendar_state import CalendarRefresh, UsersTold

#: How long one attempt works before it returns the number of users that still wait.
_GOES_ON_FOR = timedelta(seconds=75)


class CalendarUsers:
    """The users of calendars: tasks, and calendars that name others."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=naming.TELL_CALENDAR_USERS)
    async def tell(self, changed: CalendarRefresh) -> UsersTold:
        """Ask every user that has not adopted the revision to check; returns how many still wait.

        Raises RPCError if Temporal does not respond.
        """
        told = await request_checks(
            self._client,
            waiting_query(changed.name, changed.revision),
            at_most=_GOES_ON_FOR,
            beat=activity.heartbeat if activity.in_activity() else lambda: None,
        )
        return UsersTold(waiting=told.waiting, untold=told.not_asked)


def users_query(name: str) -> str:
    """The visibility query for all users of a calendar."""
    return (
        f"ExecutionStatus = 'Running' AND {naming.LABELS.name} = '{calendar_label(name)}' "
        f"AND ({naming.STATUS.name} IS NULL OR {naming.STATUS.name} != '{naming.State.DELETED}')"
    )


def waiting_query(name: str, revision: int) -> str:
    """The visibility query for users that have not adopted the revision."""
    label = calendar_label(name, revision)
    return f"{users_query(name)} AND {naming.LABELS.name} != '{label}'"
