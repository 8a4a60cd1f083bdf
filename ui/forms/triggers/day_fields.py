"""The fields for excluded days, and for what happens to runs on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onthedot.scheduling.trigger import CalendarUse, OnExcluded, Recurring
from onthedot.ui.components.fields.choices import ChoiceField
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.components.markup import box, fold, link, text
from onthedot.ui.forms.fields import Fields, listed
from onthedot.ui.forms.triggers.entries import name_chips

_ON_EXCLUDED = {
    OnExcluded.SKIP.value: "Skip the run",
    OnExcluded.NEXT_DAY.value: "Run on the next allowed day",
    OnExcluded.PREVIOUS_DAY.value: "Run on the previous allowed day",
}
#: More calendars than this are completed while typing, rather than listed.
_MOST_CHIPS = 12
_WORKING_DAYS = (
    "Working days (LW, W#3, 15W in the expression) are Monday to Friday less the days of these "
    "calendars."
)


class DayFields:
    """Exclusions, calendars, and moves if the trigger allows them. Collapsed if none are set.
    `calendars` are the existing ones."""

    def __init__(
        self, fields: Fields, before: Recurring | None, calendars: Sequence[str], *, moves: bool
    ) -> None:
        given = before is not None and (
            before.exclude or before.only or before.on_excluded is not OnExcluded.SKIP
        )
        label = "Days: holidays, working days, exceptions"
        with fold(label, "inner", opened=bool(given)), box("stack"):
            self._build(fields, before, calendars, moves=moves)

    def value(self) -> dict[str, Any]:
        """The values, without empty ones."""
        given: dict[str, Any] = {}
        exclude: list[Any] = listed(self._exclude.value, "\n")
        exclude += [{"calendar": name} for name in listed(self._calendars.value)]
        if exclude:
            given["exclude"] = exclude
        if self._only.value.strip():
            given["only"] = {"calendar": self._only.value.strip()}
        if self._on_excluded is not None and self._on_excluded.value != OnExcluded.SKIP:
            given["on_excluded"] = self._on_excluded.value
        return given

    def _build(
        self, fields: Fields, before: Recurring | None, calendars: Sequence[str], *, moves: bool
    ) -> None:
        exclude = before.exclude if before else ()
        self._calendars = TextField(
            "Except on days of",
            ", ".join(one.calendar for one in exclude if isinstance(one, CalendarUse)),
            at="trigger.calendars",
            hint=_WORKING_DAYS if moves else "Calendars, separated by commas.",
            placeholder=", ".join(calendars[:2]),
            optional=True,
            full=True,
            form=fields,
        )
        if calendars:
            name_chips(calendars[:_MOST_CHIPS], self._calendars)
        else:
            with text("", "small muted wrap", tag="p"):
                text("There are no calendars yet. ")
                link("Make one", "/calendars")
                text(", such as the holidays of a country, or the weekend.")
        self._on_excluded: ChoiceField | None = None
        with box("fields"):
            if moves:
                self._on_excluded = ChoiceField(
                    "On an excluded day",
                    _ON_EXCLUDED,
                    (before.on_excluded if before else OnExcluded.SKIP).value,
                    at="trigger.on_excluded",
                    form=fields,
                )
            self._only = TextField(
                "Only on days of",
                before.only.calendar if before and before.only else "",
                at="trigger.only",
                hint="A calendar. Its days then count as working days.",
                options=calendars,
                optional=True,
                form=fields,
            )
            self._exclude = TextField(
                "Except on",
                "\n".join(one for one in exclude if isinstance(one, str)),
                at="trigger.exclude",
                hint="One per line: a date (2026-12-25), a range (2026-12-24/2026-12-26), or "
                "a cron expression.",
                mono=True,
                rows=3,
                optional=True,
                full=True,
                form=fields,
            )
