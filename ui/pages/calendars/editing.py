"""The pages for a new calendar and for editing one."""

from __future__ import annotations

from onthedot.scheduling.outages import TemporalUnavailable
from onthedot.ui.components.markup import box, empty, link, skeleton
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.calendars.form import CalendarForm
from onthedot.ui.pages.calendars.reads import calendar_detail, names_to_choose


async def new_calendar_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page for a new calendar."""
    await _page(context, query, "")


async def edit_calendar_page(context: PageContext, query: dict[str, str], name: str) -> None:
    """Build the page that changes a calendar."""
    await _page(context, query, name)


async def _page(context: PageContext, query: dict[str, str], name: str) -> None:
    place = box()
    with place:
        skeleton(60)
        skeleton(420)
    await context.learn_zone()
    try:
        names = await names_to_choose(context.temporal)
        before = await calendar_detail(context.temporal, name) if name else None
    except TemporalUnavailable as error:
        place.clear()
        with place, box("card"):
            empty("triangle-alert", "It cannot be edited now", str(error), page=True)
        return
    if name and before is None:
        place.clear()
        words = "It may have been deleted."
        with place, box("card"), empty("calendar", "There is no such calendar", words, page=True):
            link("Calendars", "/calendars", "btn")
        return
    typed = await context.typed(f"calendar {name}")
    place.clear()
    with place:
        CalendarForm(context, query, names, before, typed).build()
