"""Those that use a calendar, as a list of links."""

from __future__ import annotations

from collections.abc import Sequence

from onthedot.service.calendars.users import CalendarUser
from onthedot.ui.components.markup import box, link, text

_SHOWN = 8


def show_users(users: Sequence[CalendarUser], count: int, *, most: int = _SHOWN) -> None:
    """The first of them; the rest folds away."""
    if not users:
        words = "No task uses it. Name it in the form of a task, below “When it runs”."
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
