"""The list of calendars: their content, users and problems."""

from __future__ import annotations

from datetime import timedelta

from onthedot.service.calendars.calendars import FoundCalendar
from onthedot.ui.components.markup import box, card, empty, link, locked, named, text
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.calendars.reads import all_calendars
from onthedot.ui.pages.calendars.trouble import pill_of
from onthedot.ui.pages.calendars.wording import KIND_NAMES, said
from onthedot.ui.pages.short_list import short_list_page
from onthedot.ui.wording.values import counted

_EVERY = timedelta(seconds=5)
_HEADS = ("Calendar", "Kind", "In use by", "State")


def calendars_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page of all calendars."""
    short_list_page(
        context,
        "Calendars",
        "Named days that tasks skip, run only on, or move runs away from.",
        lambda: all_calendars(context.temporal),
        key=("calendars",),
        every=_EVERY,
        new=lambda: _new(context),
        none=lambda: _none(context),
        draw=_table,
    )


def _none(context: PageContext) -> None:
    words = (
        "The holidays of a country, the weekend, days on which the office is closed: create one, "
        "then name it in a task."
    )
    with empty("calendar", "There are no calendars yet", words):
        _new(context)


def _new(context: PageContext) -> None:
    if why_not := context.why_not("put_calendar"):
        locked("New calendar", why_not, "primary", icon="plus")
    else:
        link("New calendar", "/new-calendar", "btn primary", icon="plus")


def _table(calendars: list[FoundCalendar]) -> None:
    with card(body=False), box("rows", "table"):
        with box("", "thead"), box("", "tr"):
            for head in _HEADS:
                named(text(head, tag="th"), scope="col")
        with box("", "tbody"):
            for one in calendars:
                _row(one)


def _row(one: FoundCalendar) -> None:
    name = one.state.name
    with box("", "tr"):
        with box("", "td"):
            link(name, f"/calendars/{name}", "inline strong wrap")
            text(said(one.state.content), "under wrap")
        with named(box("", "td"), data_head="Kind"):
            text(KIND_NAMES[one.state.content.kind])
        with named(box("", "td"), data_head="In use by"):
            text(
                counted(one.users, "user") if one.users else "nobody", "" if one.users else "faint"
            )
        with named(box("", "td"), data_head="State"):
            label, tone, why = pill_of(one)
            named(text(label, f"pill {tone}"), title=why)
            if why:
                text(why, "under wrap")
