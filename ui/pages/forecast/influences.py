"""Freezes and named days within a forecast, read with it and listed below it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from onthedot.scheduling.forecast.report import Forecast
from onthedot.service.overview.forecasts import Forecasts
from onthedot.service.overview.influences import Influences
from onthedot.ui.components.markup import box, link, text
from onthedot.ui.components.small import Icon, When

_WINDOWS, _DAYS = 4, 6


@dataclass(frozen=True)
class ForecastView:
    """A forecast, and what shapes it."""

    forecast: Forecast
    influences: Influences


async def view_of(
    forecasts: Forecasts, *, since: datetime, until: datetime, step: timedelta, tag: str
) -> ForecastView:
    """Raises InvalidDefinition, TemporalUnavailable, Busy."""
    found, around = await asyncio.gather(
        forecasts.of(since=since, until=until, step=step, tag=tag),
        forecasts.influences(since=since, until=until, tag=tag),
    )
    return ForecastView(found, around)


def show_influences(around: Influences) -> None:
    """The first windows of freezes, and the first named days."""
    days = list((around.days or {}).items())
    if not around.windows and not days:
        return
    with box("influences small"):
        if around.windows:
            _show_windows(around)
        if days:
            with box("row"):
                Icon("calendar")
                with box("wrap grow", "span"):
                    said = [f"{day:%a} {day.day} {day:%b} {name}" for day, name in days[:_DAYS]]
                    text(" · ".join(said))
                    if len(days) > _DAYS:
                        text(f" and {len(days) - _DAYS} more days", "muted")


def _show_windows(around: Influences) -> None:
    with box("row"):
        Icon("ban")
        with box("wrap grow", "span"):
            for number, window in enumerate(around.windows[:_WINDOWS]):
                text(" · " if number else "")
                link(window.name, "/freezes")
                text(" freezes all tasks from " if window.all_tasks else " freezes tasks from ")
                When(window.start, "near")
                text(" until ")
                When(window.end, "near")
            if len(around.windows) > _WINDOWS:
                text(f" and {len(around.windows) - _WINDOWS} more windows", "muted")
