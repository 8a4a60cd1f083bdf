"""Whether a calendar is in order: read, and adopted by all its users."""

from __future__ import annotations

from onthedot.scheduling.calendars.content import IcsCalendar
from onthedot.service.calendars.calendars import FoundCalendar
from onthedot.ui.components.markup import box, named, text
from onthedot.ui.components.small import Icon, When
from onthedot.ui.wording.values import counted


def pill_of(found: FoundCalendar) -> tuple[str, str, str]:
    """A word, its tone, and details if something is wrong."""
    if found.row.problem and found.row.checked_at is None:
        return "Not read yet", "amber", ""
    if found.row.problem:
        label = "Feed not read" if _is_feed(found) else "Out of date"
        return label, "red", f"{found.row.problem} The last days count."
    if found.waiting:
        return f"{counted(found.waiting, 'user')} waiting", "amber", ""
    return "Up to date", "green", ""


def show_trouble(found: FoundCalendar) -> None:
    """A banner if the days could not be recomputed, and one while users still wait."""
    row = found.row
    if row.problem and row.checked_at is None:
        with named(box("banner"), role="status"):
            Icon("info")
            text(f"{row.problem} A worker reads it within seconds.", "wrap")
    elif row.problem:
        with named(box("banner red"), role="alert"):
            Icon("triangle-alert")
            with box("wrap"):
                what = "The feed could not be read" if _is_feed(found) else "It is out of date"
                text(f"{what}, last tried ")
                When(row.checked_at)
                text(f": {row.problem} ")
                text("It keeps the days that it had, and tries again every hour.", "strong")
    if found.waiting:
        with named(box("banner"), role="status"):
            Icon("timer")
            verb = "has" if found.waiting == 1 else "have"
            text(
                f"{counted(found.waiting, 'user')} of {found.users:,} {verb} not adopted the last "
                "change yet. This happens automatically, and no run is lost.",
                "wrap",
            )


def _is_feed(found: FoundCalendar) -> bool:
    content = found.state.content
    return isinstance(content, IcsCalendar) and content.url is not None
