"""The page of one calendar: its content, its users, its days by month."""

from __future__ import annotations

from datetime import timedelta

from onthedot.scheduling.calendars.content import IcsCalendar
from onthedot.ui.components.markup import (
    box,
    button,
    card,
    empty,
    facts,
    link,
    locked,
    skeleton,
    text,
)
from onthedot.ui.components.small import When
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.calendars.months import YearOfDays, show_year, show_years, year_of
from onthedot.ui.pages.calendars.reads import CalendarDetail, calendar_detail, days_of
from onthedot.ui.pages.calendars.trouble import show_trouble
from onthedot.ui.pages.calendars.users import ask_deletion, show_users
from onthedot.ui.pages.calendars.wording import KIND_NAMES, said
from onthedot.ui.watches import Seen
from onthedot.ui.wording.errors import nothing_to_show
from onthedot.ui.wording.values import counted

_EVERY = timedelta(seconds=5)


def calendar_page(context: PageContext, query: dict[str, str], name: str) -> None:
    """Build the page of one calendar, for the year in the query."""
    _CalendarPage(context, name, query.get("year", "")).build()


class _CalendarPage:
    def __init__(self, context: PageContext, name: str, year: str) -> None:
        self._context = context
        self._name = name
        self._today = context.site.temporal.now().date()
        self._year = year_of(year, self._today)
        self._shown: list[object] = []
        self._detail: CalendarDetail | None = None

    def build(self) -> None:
        with box("head"):
            with box("titles"):
                link("Calendars", "/calendars", "crumb", icon="chevron-left")
                text(self._name, tag="h1")
                self._sub = text("", "sub wrap", tag="p")
            self._actions = box("actions")
        self._top, self._months = box("stack"), box("stack")
        with self._top:
            skeleton(320)
        with box():
            self._context.live(
                ("calendar", self._name),
                lambda: calendar_detail(self._context.temporal, self._name),
                self._show,
                every=_EVERY,
            )

    def _show(self, seen: Seen[CalendarDetail | None]) -> None:
        if self._shown == [seen.value, seen.error]:
            return
        self._shown = [seen.value, seen.error]
        for place in (self._actions, self._top, self._months):
            place.clear()
        self._detail = seen.value
        if seen.value is None:
            self._sub.set_text("")
            with self._top, box("card"):
                if seen.error is not None:
                    empty("triangle-alert", *nothing_to_show(seen.error, "The calendar"))
                else:
                    with empty(
                        "calendar", "There is no such calendar", "It may have been deleted."
                    ):
                        link("Calendars", "/calendars", "btn")
            return
        self._sub.set_text(said(seen.value.found.state.content))
        with self._actions:
            self._buttons()
        with self._top:
            self._facts(seen.value)
        self._show_year()

    def _buttons(self) -> None:
        context = self._context
        if why_not := context.why_not("put_calendar"):
            locked("Edit", why_not, icon="pencil")
        else:
            edit = link("Edit", f"/calendars/{self._name}/edit", "btn", icon="pencil")
            edit.props["data-key"] = "e"
        button(
            "Delete",
            lambda: ask_deletion(context, self._name),
            "danger",
            icon="trash-2",
            why_not=context.why_not("delete_calendar"),
        )

    def _facts(self, detail: CalendarDetail) -> None:
        found, state = detail.found, detail.found.state
        show_trouble(found)
        with box("grid two"):
            with card("What it is", aside=f"revision {state.revision}"):
                rows = [("Kind", KIND_NAMES[state.content.kind]), ("Days", said(state.content))]
                if state.resolved.known_until is not None:
                    rows.append(("Known until", f"{state.resolved.known_until}"))
                checked = found.row.checked_at
                if checked and isinstance(state.content, IcsCalendar):
                    tried = "Last tried" if found.row.problem else "Last read"
                    facts([*rows, (tried, lambda: When(checked))])
                else:
                    facts([*rows])
                with box("small muted", "p").style("margin-top: 10px"):
                    text("Changed ")
                    When(state.updated_at)
                    text(f" by {state.updated_by}" if state.updated_by else "")
            users = found.users or 0
            waiting = f", {found.waiting:,} waiting" if found.waiting else ""
            with card("Used by", aside=f"{counted(users, 'user')}{waiting}" if users else ""):
                show_users(detail.users, users)

    def _show_year(self) -> None:
        detail = self._detail
        self._months.clear()
        if detail is None:
            return
        days = days_of(detail.known, self._year)
        with self._months:
            with box("year-head"):
                show_years(self._year, self._go)
                text(counted(len(days), "day"), "muted small")
            show_year(YearOfDays(self._year, days), self._today)

    def _go(self, year: int) -> None:
        self._year = year
        self._context.script(f"history.replaceState(null, '', '?year={year:d}')")
        self._show_year()
