"""The list of calendars: what each is, who keeps to it, and what is wrong with it."""

from __future__ import annotations

from datetime import timedelta

from onthedot.service.calendars.calendars import FoundCalendar
from onthedot.ui.components.markup import (
    box,
    card,
    empty,
    link,
    locked,
    named,
    skeleton,
    text,
)
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.calendars.reads import all_calendars
from onthedot.ui.pages.calendars.trouble import pill_of
from onthedot.ui.pages.calendars.wording import KIND_NAMES, counted, said
from onthedot.ui.watches import Seen
from onthedot.ui.wording.errors import nothing_to_show

_EVERY = timedelta(seconds=5)
_HEADS = ("Calendar", "Kind", "In use by", "State")


def calendars_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page of all calendars."""
    with box("head"):
        with box("titles"):
            text("Calendars", tag="h1")
            text("Named days that tasks skip, run only on, or move runs away from.", "sub", tag="p")
        with box("actions"):
            _new(context)
    place = box("stack")
    with place:
        skeleton(160)
    shown: list[object] = []

    def show(seen: Seen[list[FoundCalendar]]) -> None:
        if shown == [seen.value, seen.error]:
            return
        shown[:] = [seen.value, seen.error]
        place.clear()
        with place:
            if seen.value is None:
                if seen.error is None:
                    return
                with box("card"):
                    empty("triangle-alert", *nothing_to_show(seen.error, "The list of calendars"))
            elif not seen.value:
                words = (
                    "The holidays of a country, the weekend, days on which the office is closed: "
                    "make one, then name it in a task."
                )
                with box("card"), empty("calendar", "There are no calendars yet", words):
                    _new(context)
            else:
                _table(seen.value)

    with box():
        context.live(("calendars",), lambda: all_calendars(context.temporal), show, every=_EVERY)


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
