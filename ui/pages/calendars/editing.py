"""The pages for a new calendar and for editing one."""

from __future__ import annotations

from onthedot.scheduling.errors import CalendarNotFound
from onthedot.ui.forms.edit_form import show_form
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.calendars.form import CalendarForm
from onthedot.ui.pages.calendars.reads import calendar_detail, names_to_choose


async def new_calendar_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page for a new calendar."""

    async def load() -> CalendarForm:
        names = await names_to_choose(context.temporal)
        return CalendarForm(context, query, names, None, await context.typed("calendar "))

    await show_form(context, load, "Calendars")


async def edit_calendar_page(context: PageContext, query: dict[str, str], name: str) -> None:
    """Build the page that changes a calendar."""

    async def load() -> CalendarForm:
        names = await names_to_choose(context.temporal)
        before = await calendar_detail(context.temporal, name)
        if before is None:
            raise CalendarNotFound(name)
        typed = await context.typed(f"calendar {name}")
        return CalendarForm(context, query, names, before, typed)

    await show_form(context, load, "Calendars")
