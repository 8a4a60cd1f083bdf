"""Tells those that keep to a calendar that it changed, until all of them have taken it up.

A task shows the calendars that it keeps to, and the revision of each that its schedule was compiled
with, as labels that lists are filtered by. Who lacks the label of the latest revision still waits.
"""

from __future__ import annotations

import asyncio

from temporalio import activity
from temporalio.client import Client, WorkflowExecution
from temporalio.service import RPCError, RPCStatusCode

from onthedot import naming
from onthedot.scheduling.search import calendar_label
from onthedot.scheduling.stored.calendar_state import CalendarRefresh, UsersTold

_PAGE = 500
_SIDE_BY_SIDE = 20


class CalendarUsers:
    """Who keeps to calendars: tasks, and calendars that name others."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=naming.TELL_CALENDAR_USERS)
    async def tell(self, changed: CalendarRefresh) -> UsersTold:
        """Have everybody look who has not taken the revision up; how many those are.

        Raises RPCError where Temporal does not answer.
        """
        limit, waiting = asyncio.Semaphore(_SIDE_BY_SIDE), 0

        async def told(user: WorkflowExecution) -> None:
            async with limit:
                await self._have_look(user)
                if activity.in_activity():
                    activity.heartbeat()

        async with asyncio.TaskGroup() as group:
            query = waiting_query(changed.name, changed.revision)
            async for user in self._client.list_workflows(query, page_size=_PAGE):
                waiting += 1
                group.create_task(told(user))
        return UsersTold(waiting=waiting)

    async def _have_look(self, user: WorkflowExecution) -> None:
        handle = self._client.get_workflow_handle(user.id)
        try:
            await handle.signal(naming.CHECK_SCHEDULE)
        except RPCError as error:
            # It may have ended meanwhile.
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise


def users_query(name: str) -> str:
    """Whoever keeps to a calendar, in the words of Temporal's lists."""
    return (
        f"ExecutionStatus = 'Running' AND {naming.LABELS.name} = '{calendar_label(name)}' "
        f"AND ({naming.STATUS.name} IS NULL OR {naming.STATUS.name} != '{naming.State.DELETED}')"
    )


def waiting_query(name: str, revision: int) -> str:
    """Those of them whose schedules are still compiled with an earlier revision."""
    label = calendar_label(name, revision)
    return f"{users_query(name)} AND {naming.LABELS.name} != '{label}'"
