"""Forecasts, computed in a thread and cached until the tasks change."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil, floor

from anyio import CapacityLimiter

from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.firing.clock_changes import instant
from onthedot.scheduling.forecast.exchange import Exchange, exchanges
from onthedot.scheduling.forecast.forecast import forecast
from onthedot.scheduling.forecast.frozen import NamedFreeze
from onthedot.scheduling.forecast.report import Forecast, Way
from onthedot.scheduling.freezes.freeze import Freeze
from onthedot.service.arithmetic import Arithmetic
from onthedot.service.freezes.freezes import Freezes
from onthedot.service.overview.fleet import FleetReader
from onthedot.service.overview.influences import Influences, influences
from onthedot.service.temporal.calls import Temporal

#: The default period of a forecast.
SPAN = timedelta(hours=24)
STEP = timedelta(minutes=1)
_LONGEST = timedelta(days=92)
#: The number of minutes in 92 days.
_STEPS = 132_480
_KEPT = 8
_DAY = timedelta(days=1)

#: Separate from previews, which are quick.
_FORECASTS = Arithmetic(CapacityLimiter(1))


class Forecasts:
    """Computes forecasts over all tasks."""

    def __init__(self, temporal: Temporal, fleet: FleetReader) -> None:
        self._temporal = temporal
        self._fleet = fleet
        self._kept: OrderedDict[object, tuple[object, Forecast]] = OrderedDict()

    async def of(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        step: timedelta | None = None,
        tag: str = "",
    ) -> Forecast:
        """The starts from `since` (by default the next whole step) to `until` (a day later).

        Raises:
            InvalidDefinition: the period or the step is out of bounds.
            Busy: another forecast is being computed.
        """
        width = STEP if step is None else step
        first = since or _whole(self._temporal.now(), width)
        end = until or first + SPAN
        _check(first, end, width)
        fleet, freezes = await asyncio.gather(
            self._fleet.tasks(tag, _day_after(end)), Freezes(self._temporal).all()
        )
        standing = tuple(NamedFreeze(f.name, f) for f in freezes)
        key = (floor(first.timestamp()), ceil(end.timestamp()), width, tag)
        by, found = self._kept.get(key, (None, None))
        if found is None or by != (fleet.tasks, _said(standing)):
            found = await _FORECASTS.work_out(
                forecast,
                fleet.tasks,
                since=first,
                until=end,
                step=width,
                capacity=self._temporal.settings.capacity_per_second,
                freezes=standing,
            )
            self._kept[key] = ((fleet.tasks, _said(standing)), found)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found if fleet.complete else found.model_copy(update={"complete": False})

    async def influences(self, *, since: datetime, until: datetime, tag: str = "") -> Influences:
        """The windows of freezes and the named days that affect a forecast of this period.

        Raises:
            Busy: a forecast is being computed.
        """
        fleet, freezes = await asyncio.gather(
            self._fleet.tasks(tag, _day_after(until)), Freezes(self._temporal).all()
        )
        standing = [NamedFreeze(freeze.name, freeze) for freeze in freezes]
        return await _FORECASTS.work_out(
            influences, fleet.tasks, standing, since=since, until=until
        )

    async def exchanges(self, at: datetime, way: Way, tag: str = "") -> list[Exchange]:
        """How spreading would change each task that is due at an instant. Raises like `of`."""
        fleet = await self._fleet.tasks(tag, _day_after(at))
        return await _FORECASTS.work_out(
            exchanges,
            fleet.tasks,
            at=at,
            way=way,
            capacity=self._temporal.settings.capacity_per_second,
            now=self._temporal.now(),
        )


def _day_after(at: datetime) -> datetime:
    """The end of the UTC day after an instant: so forecasts that end on one day read the same
    tasks, including those that a spread moves by hours."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + 2 * _DAY


def _said(freezes: Sequence[NamedFreeze]) -> tuple[tuple[str, datetime], ...]:
    """Identifies the freezes, independently of the current time."""
    return tuple(
        (f.name, f.definition.updated_at) for f in freezes if isinstance(f.definition, Freeze)
    )


def _whole(now: datetime, step: timedelta) -> datetime:
    """The beginning of the current step, for steps of up to an hour."""
    width = min(int(step.total_seconds()), 3600) or 1
    return instant(floor(now.timestamp()) // width * width)


def _check(since: datetime, until: datetime, step: timedelta) -> None:
    if step < timedelta(seconds=1) or step % timedelta(seconds=1):
        raise InvalidDefinition(FieldProblem("step", "must be one or more whole seconds (PT1M)"))
    if until <= since:
        raise InvalidDefinition(FieldProblem("until", "must lie after `from`"))
    if until - since > _LONGEST:
        raise InvalidDefinition(
            FieldProblem("until", f"must lie within {_LONGEST.days} days of `from`")
        )
    if (until - since) / step > _STEPS:
        raise InvalidDefinition(
            FieldProblem("step", f"makes more than {_STEPS:,} steps; take a longer one")
        )
