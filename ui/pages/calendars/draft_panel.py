"""The panel next to a calendar's form: its days, and what saving changes for its users."""

from __future__ import annotations

from datetime import date

from onthedot.scheduling.calendars.days import KnownCalendar
from onthedot.service.calendars.drafts import ChangedUser, DraftEffect
from onthedot.ui.components.markup import box, card, link, text
from onthedot.ui.components.small import Icon, When
from onthedot.ui.pages.calendars.months import YearOfDays, show_year, show_years
from onthedot.ui.pages.calendars.reads import CalendarDetail, days_of
from onthedot.ui.pages.calendars.users import show_users
from onthedot.ui.wording.values import counted

_TASKS, _RUNS = 5, 3


class DraftPanel:
    """Shows the days of one year, the users, and the effect of saving."""

    def __init__(self, today: date, year: int, before: CalendarDetail | None) -> None:
        self._today = today
        self._year = year
        self._before = before
        self._known: KnownCalendar | None = None
        self._words = ""

    def build_side(self) -> None:
        """Build what is next to the fields: the users, and what saving would change for them."""
        detail = self._before
        if detail is None:
            return
        users = detail.found.users or 0
        with card("Used by", aside=counted(users, "user") if users else ""):
            show_users(detail.users, users, most=5)
        if users:
            with card("What saving changes"):
                self._effect = box("stack snug")

    def build_months(self) -> None:
        """Build what is below the fields: the months of a year."""
        self._months = box("stack")

    @property
    def has_users(self) -> bool:
        """Whether anything uses it."""
        return self._before is not None and bool(self._before.found.users)

    def show_days(self, known: KnownCalendar | None, words: str = "") -> None:
        """Show its days or, without any, why there are none."""
        self._known, self._words = known, words
        self._draw()

    def show_effect(self, found: DraftEffect | None, words: str = "") -> None:
        """Show what saving would change or, if unknown, why."""
        self._effect.clear()
        with self._effect:
            if found is None:
                text(words, "muted wrap")
            elif not found.changed:
                text(f"No run of {counted(found.users, 'task')} is gained or lost.", "muted wrap")
            else:
                _show_changed(found)

    def _draw(self) -> None:
        self._months.clear()
        known = self._known
        with self._months:
            with box("year-head"):
                show_years(self._year, self._go)
                if known is not None:
                    self._summary(known)
            if known is None:
                with box("card"), box("body row muted"):
                    Icon("info")
                    text(self._words, "wrap grow")
                return
            before = self._before
            show_year(
                YearOfDays(
                    self._year,
                    days_of(known, self._year),
                    days_of(before.known, self._year) if before else {},
                    compared=before is not None,
                ),
                self._today,
            )

    def _summary(self, known: KnownCalendar) -> None:
        days = days_of(known, self._year)
        with box("legend"):
            text(counted(len(days), "day"))
            if self._before is None:
                return
            was = days_of(self._before.known, self._year)
            if come := len(days.keys() - was.keys()):
                text(f"{come} new", "come strong")
            if gone := len(was.keys() - days.keys()):
                text(f"{gone} no longer", "gone strong")
            if not come and not gone:
                text("as saved")

    def _go(self, year: int) -> None:
        self._year = year
        self._draw()


def _show_changed(found: DraftEffect) -> None:
    rest = "" if found.compared == found.users else f" (the first {found.compared:,} were compared)"
    text(
        f"{counted(len(found.changed), 'task')} of {found.users:,} would run at other "
        f"instants{rest}:",
        "wrap",
    )
    for one in found.changed[:_TASKS]:
        _show_task(one)
    if len(found.changed) > _TASKS:
        text(f"And {counted(len(found.changed) - _TASKS, 'more task')}.", "small muted", tag="p")


def _show_task(one: ChangedUser) -> None:
    with box("effect"):
        link(one.task.name or one.task.id, f"/tasks/{one.task.id}", "inline wrap small")
        signs = (("lost", "−", one.preview.lost), ("gained", "+", one.preview.gained))
        for name, sign, runs in signs:
            for at in runs[:_RUNS]:
                with box(f"row small {name}"):
                    text(sign, "mono")
                    When(at, "near")
            if len(runs) > _RUNS:
                text(f"{sign} {len(runs) - _RUNS:,} more", f"small mono {name}", tag="div")
