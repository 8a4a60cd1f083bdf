"""Questions before an action: to confirm it, or why and until when to pause."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nicegui.element import Element

from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.fields.choices import ChoiceField
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.components.markup import named, text
from onthedot.ui.wording.values import local_instant, local_text

_MORNING = 6
_BY_HAND, _AT = "", "at"


def confirm(
    place: Element,
    title: str,
    words: str,
    label: str,
    act: Callable[[], Awaitable[None]],
    *,
    danger: bool = False,
    typed: str = "",
) -> None:
    """Ask in `place` before `act`. With `typed`, the user has to type that text first."""
    with place, Modal(title) as modal:
        text(words, "muted wrap", tag="p")
        answer = TextField(f"Type {typed} to confirm", mono=True) if typed else None

        async def go() -> None:
            if answer is not None and answer.value.strip() != typed:
                answer.say(f"Type {typed} exactly.")
                return
            modal.hide()
            await act()
            modal.dismiss()

        modal.add_foot(label, go, danger=danger)
        if answer is not None:
            answer.on("enter", go)


def ask_pause(
    place: Element,
    label: str,
    words: str,
    act: Callable[[str, datetime | None], Awaitable[None]],
    *,
    zone: str,
    now: datetime,
) -> None:
    """Ask in `place`. `act` gets the note, and the end or None. `zone` is the reader's."""
    ends = _ends(now.astimezone(ZoneInfo(zone)))
    with place, Modal(f"{label}?", label="Pause") as modal:
        text(words, "muted", tag="p")
        note = TextField("Note", placeholder="Why, for other readers", optional=True)
        until = ChoiceField("Until", {key: words for key, (words, _) in ends.items()}, _BY_HAND)
        start = local_text(now + timedelta(hours=1), zone)[:-3]
        at = TextField("At", start, kind="datetime-local", hint=zone)
        at.set_visibility(False)
        until.on_value_change(lambda event: at.set_visibility(event.value == _AT))

        async def go() -> None:
            end = ends[until.value][1]
            if until.value == _AT:
                try:
                    end = local_instant(at.value, zone)
                except ValueError:
                    at.say("Choose a date and a time.")
                    return
                if end <= now:
                    at.say("This time is past. Choose a later one.")
                    return
            modal.hide()
            await act(note.value.strip(), end)
            modal.dismiss()

        note.on("enter", go)
        at.on("enter", go)
        named(modal.add_foot(label, go), data_save="")


def _ends(now: datetime) -> dict[str, tuple[str, datetime | None]]:
    """The choices: their labels, and the end that each means at `now`, a local time."""
    morning = now.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    day = "Today" if now < morning else "Tomorrow"
    if now >= morning:
        morning += timedelta(days=1)
    return {
        _BY_HAND: ("Resumed by hand", None),
        "hour": ("In an hour", now + timedelta(hours=1)),
        "morning": (f"{day} at {morning:%H:%M}", morning),
        "day": ("In a day", now + timedelta(days=1)),
        "week": ("In a week", now + timedelta(weeks=1)),
        _AT: ("At a time …", None),
    }
