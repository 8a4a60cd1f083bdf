"""Deleting a calendar: asked before, and refused while anything uses it."""

from __future__ import annotations

from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.dialogs.questions import confirm, dismiss
from onthedot.ui.components.markup import box, button, text
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.calendars.reads import CalendarDetail, calendar_detail
from onthedot.ui.pages.calendars.users import show_users


async def ask_deletion(context: PageContext, name: str) -> None:
    """Delete it, or say who uses it."""
    detail = await context.tried(calendar_detail(context.temporal, name))
    if detail is None:
        return
    if detail.found.users:
        _refuse(context, name, detail)
        return

    async def go() -> None:
        if await context.tried(context.uses.delete_calendar(name)):
            context.toasts.say(f"Deleted the calendar {name}.", tone="grey")
            context.changed()
            context.go("/calendars")

    words = "Nobody uses it. Made again under this name, it starts at the next revision."
    confirm(context.overlay, f"Delete {name}?", words, "Delete", go, danger=True)


def _refuse(context: PageContext, name: str, detail: CalendarDetail) -> None:
    users = detail.found.users or 0
    title = f"{name} cannot be deleted"
    with context.overlay, Modal(title) as modal:
        text(title, tag="h2")
        those = "the one that uses it" if users == 1 else f"the {users:,} that use it"
        text(f"Without it {those} would run on other days. Change those first:", "wrap", tag="p")
        show_users(detail.users, users)
        with box("foot"):
            button("Close", lambda: dismiss(modal), "primary")
    modal.on("close", lambda: dismiss(modal))
    modal.show()
