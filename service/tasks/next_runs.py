"""Computes when a task runs next, with jitter and what is left of its `max_runs`."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from onthedot import naming
from onthedot.scheduling.checking.brevity import is_brief
from onthedot.scheduling.firing.jitter import jitter_seed
from onthedot.scheduling.firing.occurrences import next_occurrences
from onthedot.scheduling.stored.task_state import max_runs
from onthedot.scheduling.task import TaskDefinition
from onthedot.scheduling.trigger import OnceTrigger, Trigger
from onthedot.service.arithmetic import SINGLE, Arithmetic
from onthedot.service.calendars.lookup import calendars_for
from onthedot.service.temporal.calls import Temporal

_FEW = 10


class NextRuns:
    """Computes next runs. Reads from Temporal only for `max_runs`, jitter or calendars."""

    def __init__(self, temporal: Temporal, arithmetic: Arithmetic = SINGLE) -> None:
        self._temporal = temporal
        self._arithmetic = arithmetic

    async def of(
        self,
        task_id: str,
        definition: TaskDefinition,
        *,
        after: datetime,
        count: int,
        remaining: int | None = None,
        nominal_after: datetime | None = None,
    ) -> tuple[datetime, ...]:
        """At most `count` instants after `after` at which the task runs.

        Args:
            remaining: the runs left of `max_runs`, if known; else they are read from the schedule.
            nominal_after: leave out occurrences whose nominal instant is not later than this.

        Raises:
            Busy: too many computations are in progress.
        """
        if remaining is None:
            remaining = await self.remaining(task_id, definition)
        trigger, seed = definition.trigger, await self.seed(task_id, definition.trigger)
        work = partial(
            next_occurrences,
            trigger,
            after=after,
            count=count,
            key=task_id,
            calendars=await calendars_for(self._temporal, trigger),
            remaining=remaining,
            jitter_seed=seed,
            nominal_after=nominal_after,
        )
        return tuple(await self._arithmetic.unless(count <= _FEW and is_brief(trigger), work))

    async def remaining(self, task_id: str, definition: TaskDefinition) -> int | None:
        """Runs left of an open task's `max_runs`, from its schedule; None if there is no limit."""
        limit = max_runs(definition)
        if limit is None:
            return None
        handle = self._temporal.client.get_schedule_handle(naming.schedule(task_id))
        schedule = await self._temporal.ask_or_none(handle.describe())
        return schedule.schedule.state.remaining_actions if schedule else limit

    async def seed(self, task_id: str, trigger: Trigger) -> str | None:
        """The seed of Temporal's jitter for this task's schedule; None without jitter."""
        if isinstance(trigger, OnceTrigger) or not trigger.jitter or not task_id:
            return None
        return jitter_seed(await self._temporal.namespace_id(), naming.schedule(task_id))
