"""A calendar: the workflow that holds its days, renews them, and notifies its users.

The input of each execution is the calendar's whole state, so readers need nothing else. With each
change it continues as new. Days are computed in activities and by the server, never here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from onthedot import naming
from onthedot.naming import attributes
from onthedot.scheduling.calendars.content import AnyOfCalendar, feed_of
from onthedot.scheduling.calendars.source import may_change
from onthedot.scheduling.stored.calendar_state import (
    CalendarChange,
    CalendarRefresh,
    CalendarRow,
    CalendarState,
    Refreshed,
    RefusedCalendarChange,
    UsersTold,
)

#: How often it checks whether the days changed, and whether all users have adopted them.
_RENEWED_EVERY = timedelta(days=1)
#: Feeds that fail are read again sooner.
_FEED_AGAIN = timedelta(hours=1)
#: How long to wait before notifying again, which costs as much as the first time: a base, plus a
#: share for each user. A task that was registered meanwhile may appear in the list late.
_FIRST_WAIT, _EACH = timedelta(seconds=20), timedelta(seconds=0.1)
#: The wait if some users could not be notified yet.
_AT_ONCE = timedelta(seconds=1)
_FEW = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=5)
_LONGEST = timedelta(minutes=2)
_HEARTBEAT = timedelta(seconds=30)


@workflow.defn(name=naming.CALENDAR, sandboxed=False)
class Calendar:
    """One calendar, for as long as it exists."""

    @workflow.init
    def __init__(self, state: CalendarState) -> None:
        self._state = state
        self._next: CalendarState | None = None
        self._check_wanted = self._unread(state)

    @workflow.run
    async def run(self, state: CalendarState) -> None:
        """Live until deleted."""
        late = state.not_after is not None and workflow.info().workflow_start_time > state.not_after
        if not state.deleted and not late:
            self._state = state.model_copy(update={"not_after": None})
            await self._live()
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self._next is not None:
            workflow.continue_as_new(
                self._next,
                memo={naming.CALENDAR_MEMO: CalendarRow.of(self._next)},
                search_attributes=attributes.calendar_attributes(self._next),
            )

    @workflow.signal(name=naming.CHECK_SCHEDULE)
    def check(self) -> None:
        """Have the calendar check where its days come from."""
        self._check_wanted = True

    @workflow.update(name=naming.CHANGE)
    async def change(self, change: CalendarChange) -> CalendarState:
        """Carry out a change; returns the state that the calendar continues with."""
        state = self._next or self._state
        if change.content is None:
            gone = {"deleted": True, "users_to_tell": False, "revision": state.revision + 1}
            self._next = state.model_copy(update=gone)
        else:
            self._next = state.changed(
                content=change.content, resolved=change.resolved, at=workflow.now(), by=change.by
            ).model_copy(
                update={
                    "source": change.source,
                    "problem": change.problem,
                    "checked_at": None,
                    "calendars": change.calendars,
                }
            )
        return self._next

    @change.validator
    def _refuse(self, change: CalendarChange) -> None:
        state, refusal = self._next or self._state, None
        if workflow.now() > change.not_after:
            refusal = RefusedCalendarChange.EXPIRED
        elif state.deleted:
            refusal = RefusedCalendarChange.DELETED
        elif change.expected_revision not in (None, state.revision):
            refusal = RefusedCalendarChange.REVISION
        if refusal is not None:
            raise ApplicationError(refusal, state.revision, type=refusal, non_retryable=True)

    async def _live(self) -> None:
        """Return as soon as there is a next state to continue with."""
        both = (self._keep_renewing(), self._keep_notifying())
        works = [asyncio.create_task(work) for work in both]
        await workflow.wait_condition(
            lambda: self._next is not None or any(work.done() for work in works)
        )
        for work in works:
            work.cancel()
        for ended in await asyncio.gather(*works, return_exceptions=True):
            if isinstance(ended, Exception) and not is_cancelled_exception(ended):
                raise ended

    async def _keep_renewing(self) -> None:
        """Check daily, and on request, whether the days changed; return once there is a next state
        to continue with."""
        renews = may_change(self._state.content)
        while self._next is None:
            if renews and self._check_wanted:
                self._check_wanted = False
                await self._renew()
                continue
            wait = _FEED_AGAIN if self._state.problem else _RENEWED_EVERY
            if not await self._anything_within(wait, lambda: renews and self._check_wanted):
                self._check_wanted = True
            if workflow.info().is_continue_as_new_suggested() and self._next is None:
                self._next = self._state

    async def _keep_notifying(self) -> None:
        """Notify its users until all of them have adopted the days, and check that daily; return
        once there is a next state to continue with."""
        if not self._state.users_to_tell:
            await self._anything_within(_RENEWED_EVERY)
        rounds = 0
        while self._next is None:
            told = await self._tell()
            if told is not None and told.untold:
                pause = _AT_ONCE
            elif told is not None and told.waiting == 0 and rounds:
                pause = _RENEWED_EVERY
            else:
                pause = _FIRST_WAIT * 2 ** min(rounds, 5)
                pause += (told.waiting if told else 0) * _EACH
                rounds += 1
            await self._anything_within(pause)

    async def _anything_within(
        self, wait: timedelta, what: Callable[[], bool] = lambda: False
    ) -> bool:
        """Wait for a next state or for `what`; False if the time ran out first."""
        try:
            await workflow.wait_condition(
                lambda: self._next is not None or what(),
                timeout=wait,
                timeout_summary="Until the next check",
            )
        except TimeoutError:
            return False
        return True

    async def _tell(self) -> UsersTold | None:
        """How many users have not adopted the days; None if unknown."""
        try:
            told: UsersTold = await workflow.execute_activity(
                naming.TELL_CALENDAR_USERS,
                CalendarRefresh(name=self._state.name, revision=self._state.revision),
                result_type=UsersTold,
                start_to_close_timeout=_LONGEST,
                heartbeat_timeout=_HEARTBEAT,
                retry_policy=_FEW,
                summary="Tell the tasks that use it",
            )
        except ActivityError:
            return None
        return told

    async def _renew(self) -> None:
        state = self._state
        try:
            renewed: Refreshed = await workflow.execute_activity(
                naming.REFRESH_CALENDAR,
                CalendarRefresh(name=state.name, revision=state.revision),
                result_type=Refreshed,
                start_to_close_timeout=_LONGEST,
                retry_policy=_FEW,
                summary="Recompute its days",
            )
        except ActivityError:
            return
        if self._next is not None:
            return
        known = {
            "checked_at": workflow.now(),
            "problem": renewed.problem,
            "source": renewed.source,
            "calendars": renewed.calendars or state.calendars,
        }
        if renewed.resolved is None:
            self._state = state.model_copy(update=known)
            workflow.upsert_memo({naming.CALENDAR_MEMO: CalendarRow.of(self._state)})
            workflow.upsert_search_attributes(
                [naming.LABELS.value_set(attributes.calendar_uses(self._state))]
            )
            return
        changed = state.changed(
            resolved=renewed.resolved, at=workflow.now(), by=renewed.source or state.content.kind
        )
        self._next = changed.model_copy(update=known)

    @staticmethod
    def _unread(state: CalendarState) -> bool:
        """Whether its days come from elsewhere and have not been read yet."""
        from_elsewhere = feed_of(state.content) or isinstance(state.content, AnyOfCalendar)
        return bool(from_elsewhere) and state.checked_at is None
