"""The users of a calendar as links, and its deletion, which they prevent."""

from __future__ import annotations

from collections.abc import Sequence

from onthedot.service.calendars.users import CalendarUser
from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.dialogs.questions import confirm
from onthedot.ui.components.markup import box, button, link, text
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.calendars.reads import CalendarDetail, calendar_detail

_SHOWN = 8


def show_users(users: Sequence[CalendarUser], count: int, *, most: int = _SHOWN) -> None:
    """The first users; the rest is folded."""
    if not users:
        words = "No task uses it. You can choose it in the form of a task, under “When it runs”."
        text(words, "muted", tag="p")
        return
    _listed(users[:most])
    if len(users) > most:
        with box("", "details"):
            text(f"{len(users) - most:,} more", "small muted", tag="summary")
            _listed(users[most:])
    if count > len(users):
        text(f"And {count - len(users):,} more that are not listed here.", "small muted", tag="p")


def _listed(users: Sequence[CalendarUser]) -> None:
    with box("users", "ul"):
        for user in users:
            with box("", "li"):
                path = f"/tasks/{user.id}" if user.is_task else f"/calendars/{user.id}"
                link(user.name, path, "inline wrap")
                if not user.is_task:
                    text("calendar", "tag")
                if user.waits:
                    text("Waiting", "pill amber")


async def ask_deletion(context: PageContext, name: str) -> None:
    """Delete the calendar, or say who uses it."""
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

    words = "Nothing uses it. If you create it again, it continues at the next revision."
    confirm(context.overlay, f"Delete {name}?", words, "Delete", go, danger=True)


def _refuse(context: PageContext, name: str, detail: CalendarDetail) -> None:
    users = detail.found.users or 0
    title = f"{name} cannot be deleted"
    with context.overlay, Modal(title) as modal:
        those = "the one that uses it" if users == 1 else f"the {users:,} that use it"
        text(f"Without it {those} would run on other days. Change those first:", "wrap", tag="p")
        show_users(detail.users, users)
        with box("foot"):
            button("Close", modal.dismiss, "primary")
