"""When a task is due: once, by cron expression, or at an interval.

These models check only the form. `checking` decides at registration whether an expression is valid,
a zone exists and an instant is in the future, because a stored definition must stay readable for
years, whatever the clock, the zone database and the cron library.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from onthedot.scheduling.values import Duration, Instant, Model, in_utc_if_aware, written_as_instant

Zone = Annotated[str, Field(min_length=1, max_length=64, examples=["Europe/Rome"])]

#: A calendar's name: its address in REST, and part of its id in Temporal.
CalendarName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$"), Field(examples=["it"])
]


class CalendarUse(Model):
    """The days of a calendar, by its name."""

    calendar: CalendarName


#: A local date (2026-12-25), a range of them (2026-12-24/2026-12-26), or a cron expression.
WrittenExclusion = Annotated[str, Field(min_length=1, max_length=256, examples=["2026-12-25"])]
Exclusion = WrittenExclusion | CalendarUse


class OnExcluded(StrEnum):
    """What happens to an occurrence on an excluded day."""

    #: It does not happen.
    SKIP = "skip"
    #: It happens on the nearest later day that is not excluded, at the same local time.
    NEXT_DAY = "next_day"
    #: It happens on the nearest earlier day that is not excluded, at the same local time.
    PREVIOUS_DAY = "previous_day"


class OnceTrigger(Model):
    """Fires a single time: `at` an instant (or local time with `timezone`), or after a `delay`."""

    kind: Literal["once"] = "once"
    at: Annotated[
        datetime | None,
        BeforeValidator(written_as_instant, json_schema_input_type=datetime | None),
        AfterValidator(in_utc_if_aware),
    ] = None
    timezone: Zone | None = None
    delay: Duration | None = None


class RecurringTrigger(Model):
    """What cron and interval triggers share: bounds, jitter and exclusions."""

    timezone: Zone = "UTC"
    start_at: Instant | None = Field(default=None, description="No occurrence before this time.")
    end_at: Instant | None = Field(default=None, description="No occurrence after this time.")
    max_runs: int | None = Field(default=None, ge=1, le=1_000_000_000)
    jitter: Duration = timedelta(0)
    exclude: tuple[Exclusion, ...] = Field(default=(), max_length=100)
    only: CalendarUse | None = Field(
        default=None, description="Fires only on the days of this calendar."
    )
    on_excluded: OnExcluded = Field(
        default=OnExcluded.SKIP,
        description="What happens to an occurrence of a cron trigger on an excluded day.",
    )


class CronTrigger(RecurringTrigger):
    """Fires at the local times that a cron expression names."""

    kind: Literal["cron"] = "cron"
    expression: str = Field(min_length=1, max_length=256, examples=["0 9 * * 1-5"])


class IntervalTrigger(RecurringTrigger):
    """Fires at every instant whose Unix time is `offset` modulo `every`."""

    kind: Literal["interval"] = "interval"
    every: Duration
    offset: Duration = timedelta(0)


Trigger = Annotated[OnceTrigger | CronTrigger | IntervalTrigger, Field(discriminator="kind")]
Recurring = CronTrigger | IntervalTrigger


def may_draw(trigger: Recurring) -> bool:
    """Whether its instants may depend on the task's id: there may be an `H` in it."""
    texts = [text for text in trigger.exclude if isinstance(text, str)]
    if isinstance(trigger, CronTrigger):
        texts.append(trigger.expression)
    return any("h" in text.lower() for text in texts)
