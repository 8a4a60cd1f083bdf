"""Handles a calendar that someone else changed while it was being edited."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from onthedot.scheduling.calendars.content import CalendarContent, DatesCalendar
from onthedot.scheduling.revisions.revision import Difference
from onthedot.scheduling.stored.calendar_state import CalendarState
from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.dialogs.questions import dismiss
from onthedot.ui.components.differences import show_differences
from onthedot.ui.components.markup import box, button, named, text
from onthedot.ui.components.small import Icon, When
from onthedot.ui.page_context import PageContext

Save = Callable[[CalendarContent, int], Awaitable[None]]


def content_differences(before: CalendarContent, after: CalendarContent) -> list[Difference]:
    """The changes, field by field; for listed days, the removed and the added ones."""
    if isinstance(before, DatesCalendar) and isinstance(after, DatesCalendar):
        gone = [day for day in before.dates if day not in after.dates]
        come = [day for day in after.dates if day not in before.dates]
        if not gone and not come:
            return []
        return [Difference(path="dates", before=_listed(gone), after=_listed(come))]
    was, now = before.model_dump(mode="json"), after.model_dump(mode="json")
    names = dict.fromkeys([*was, *now])
    return [
        Difference(path=name, before=was.get(name), after=now.get(name))
        for name in names
        if was.get(name) != now.get(name)
    ]


def merged(
    base: CalendarContent, theirs: CalendarContent, mine: CalendarContent
) -> CalendarContent | None:
    """Both changes merged; None if they conflict."""
    if mine in (base, theirs):
        return theirs
    if isinstance(base, DatesCalendar):
        if not isinstance(theirs, DatesCalendar) or not isinstance(mine, DatesCalendar):
            return None
        gone = {day for side in (theirs, mine) for day in base.dates if day not in side.dates}
        every = dict.fromkeys((*theirs.dates, *mine.dates))
        kept = tuple(day for day in every if day not in gone)
        return DatesCalendar(dates=kept) if kept else None
    if not base.kind == theirs.kind == mine.kind:
        return None
    sides = [side.model_dump() for side in (base, theirs, mine)]
    both: dict[str, Any] = {}
    for name, was in sides[0].items():
        others, own = sides[1][name], sides[2][name]
        if others != own and was not in (others, own):
            return None
        both[name] = others if own == was else own
    return type(base)(**both)


def show_notice(base: CalendarContent, theirs: CalendarState, reload: Callable[[], None]) -> None:
    """Show that the calendar has changed, before anything is saved."""
    with named(box("banner changed-meanwhile"), role="status").style("margin: 0 0 16px"):
        Icon("triangle-alert")
        with box("stack snug grow"):
            with text("", "wrap"):
                text(theirs.updated_by, "strong")
                text(" changed this calendar ")
                When(theirs.updated_at)
                text(". When you save, you choose what to keep.")
            show_differences(content_differences(base, theirs.content))
        button("Start from theirs", reload, "small")


def ask(
    context: PageContext,
    base: CalendarContent,
    theirs: CalendarState,
    mine: CalendarContent,
    save: Save,
    reload: Callable[[], None],
) -> None:
    """Show both, and save the chosen one: merged or mine; or start again from theirs."""
    title, both = "Someone else changed this calendar", merged(base, theirs.content, mine)
    with context.overlay, Modal(title, wide=True) as modal:
        text(title, tag="h2")
        with text("", "muted wrap", tag="p"):
            text(theirs.updated_by, "strong")
            text(" saved it ")
            When(theirs.updated_at)
            text(f", as revision {theirs.revision}.")
        for name, changed in (("Theirs", theirs.content), ("Yours", mine)):
            text(name, tag="h3")
            show_differences(content_differences(base, changed), none="Nothing changed.")

        async def chosen(content: CalendarContent) -> None:
            modal.hide()
            await save(content, theirs.revision)
            dismiss(modal)

        def start_anew() -> None:
            dismiss(modal)
            reload()

        with box("foot"):
            button("Cancel", lambda: dismiss(modal))
            button("Start from theirs", start_anew)
            button("Overwrite with yours", lambda: chosen(mine), "danger")
            button(
                "Save both",
                lambda: chosen(both or mine),
                "primary",
                why_not="" if both else "Both changed the same field: choose one",
            )
    modal.on("close", lambda: dismiss(modal))
    modal.show()


def _listed(days: list[str]) -> str | None:
    return ", ".join(days) or None
