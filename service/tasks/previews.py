"""Previews when a trigger would fire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from onthedot.scheduling.calendars.days import CalendarDays
from onthedot.scheduling.checking.trigger import settle_trigger
from onthedot.scheduling.checking.trigger_warnings import warnings
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.excluding.moved import moved_runs
from onthedot.scheduling.excluding.moved_run import MovedRun
from onthedot.scheduling.firing.occurrences import with_nominal
from onthedot.scheduling.firing.times import LAST_YEAR
from onthedot.scheduling.trigger import OnceTrigger, Trigger
from onthedot.scheduling.wording.trigger import describe
from onthedot.service.arithmetic import SINGLE
from onthedot.service.calendars.lookup import calendars_for
from onthedot.service.tasks.next_runs import NextRuns
from onthedot.service.tasks.registering.definitions import trigger_with_defaults
from onthedot.service.temporal.calls import Temporal

#: How far a one-time instant may be in the past: the default catch-up window of tasks.
_CATCHUP = timedelta(hours=1)


@dataclass(frozen=True)
class Preview:
    """The next runs of a trigger, in UTC, with the trigger in words and warnings."""

    next_runs: tuple[datetime, ...]
    description: str
    warnings: tuple[str, ...]
    moved: tuple[MovedRun, ...] = ()
    """The next runs that were moved to another day than the expression names."""


async def preview(
    temporal: Temporal, trigger: Trigger, *, count: int, after: datetime | None, task_id: str | None
) -> Preview:
    """The first `count` runs after an instant, which defaults to now.

    `H` and jitter depend on the task's id: with an id the runs include jitter, without one they are
    nominal. Temporal is needed only for jitter with an id, and for calendars.

    Raises:
        InvalidDefinition: the trigger is invalid or never fires, or `after` is too late.
        Busy: too many computations are in progress.
    """
    now = temporal.now()
    if after is not None and after.year > LAST_YEAR:
        raise InvalidDefinition(FieldProblem("after", f"nothing is due after {LAST_YEAR}"))
    trigger = trigger_with_defaults(trigger, temporal.settings)
    seed = await NextRuns(temporal).seed(task_id or "", trigger)
    calendars = await calendars_for(temporal, trigger)
    return await SINGLE.work_out(
        _preview, trigger, count, after, now, task_id or "", seed, calendars
    )


def _preview(
    trigger: Trigger,
    count: int,
    after: datetime | None,
    now: datetime,
    key: str,
    seed: str | None,
    calendars: CalendarDays,
) -> Preview:
    settled = settle_trigger(
        trigger, now=now, catchup_window=_CATCHUP, key=key, calendars=calendars
    )
    limit = None if isinstance(settled, OnceTrigger) else settled.max_runs
    coming = with_nominal(
        settled,
        after=after or now,
        key=key,
        calendars=calendars,
        jitter_seed=seed,
        # Without `after`, preview a task that is registered now.
        nominal_after=None if after else now,
    )
    found = list(islice(coming, count if limit is None else min(count, limit)))
    return Preview(
        next_runs=tuple(one.at for one in found),
        description=describe(settled, key=key),
        warnings=tuple(warnings(settled, after=after or now, key=key, calendars=calendars)),
        moved=moved_runs(settled, found, key=key, calendars=calendars),
    )
