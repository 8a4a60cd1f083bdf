"""The fields that say on which days something does not fire, and what becomes of it then."""

from __future__ import annotations

from typing import Any

from onthedot.scheduling.trigger import CalendarUse, OnExcluded, Recurring
from onthedot.ui.components.fields import ChoiceField, TextField
from onthedot.ui.forms.fields import Fields, listed

_ON_EXCLUDED = {
    OnExcluded.SKIP.value: "Leave it out",
    OnExcluded.NEXT_DAY.value: "Run on the next day that is left",
    OnExcluded.PREVIOUS_DAY.value: "Run on the previous day that is left",
}


class DayFields:
    """Exclusions, calendars, and moves where the trigger can have them."""

    def __init__(self, fields: Fields, before: Recurring | None, *, moves: bool) -> None:
        exclude = before.exclude if before else ()
        self._exclude = fields.add(
            TextField(
                "Except on",
                "\n".join(one for one in exclude if isinstance(one, str)),
                at="trigger.exclude",
                hint="One a line: a date (2026-12-25), a range (2026-12-24/2026-12-26), "
                "or a cron expression.",
                mono=True,
                rows=3,
                optional=True,
                full=True,
            )
        )
        self._calendars = fields.add(
            TextField(
                "Except on days of",
                ", ".join(one.calendar for one in exclude if isinstance(one, CalendarUse)),
                at="trigger.calendars",
                hint="Calendars, with commas between them.",
                optional=True,
            )
        )
        self._only = fields.add(
            TextField(
                "Only on days of",
                before.only.calendar if before and before.only else "",
                at="trigger.only",
                hint="A calendar.",
                optional=True,
            )
        )
        self._on_excluded = ChoiceField(
            "On an excluded day",
            _ON_EXCLUDED,
            (before.on_excluded if before else OnExcluded.SKIP).value,
            at="trigger.on_excluded",
        )
        if moves:
            fields.add(self._on_excluded)
        else:
            self._on_excluded.delete()

    def value(self) -> dict[str, Any]:
        """What they say, without what is left empty."""
        given: dict[str, Any] = {}
        exclude: list[Any] = listed(self._exclude.value, "\n")
        exclude += [{"calendar": name} for name in listed(self._calendars.value)]
        if exclude:
            given["exclude"] = exclude
        if self._only.value.strip():
            given["only"] = {"calendar": self._only.value.strip()}
        if self._on_excluded.value != OnExcluded.SKIP:
            given["on_excluded"] = self._on_excluded.value
        return given
