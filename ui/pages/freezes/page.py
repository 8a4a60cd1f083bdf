"""The freezes: what keeps tasks from starting now or later, and the way to change or end one."""

from __future__ import annotations

from datetime import timedelta

from onthedot.scheduling.freezes.freeze import Freeze
from onthedot.scheduling.freezes.windows import without_present_window
from onthedot.ui.components.dialogs.questions import confirm
from onthedot.ui.components.markup import box, button, card, empty, skeleton, text
from onthedot.ui.components.small import When
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.freezes.form import ask_freeze
from onthedot.ui.pages.freezes.wording import concerned, outcome, recurrence
from onthedot.ui.reads import standing_freezes
from onthedot.ui.watches import Seen
from onthedot.ui.wording.errors import nothing_to_show

_EVERY = timedelta(seconds=3)
_BEGINS_AGAIN = "Tasks begin again within five seconds, and what it held a little later."


def freezes_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page."""
    with box("head"):
        with box("titles"):
            text("Freezes", tag="h1")
            text("While one is in force, nothing begins by schedule.", "sub", tag="p")
        with box("actions"):
            _new(context)
    place = box("stack")
    with place:
        skeleton(120)
    last: list[object] = []

    def show(seen: Seen[list[Freeze]]) -> None:
        if last == [seen.value, seen.error]:
            return
        last[:] = [seen.value, seen.error]
        place.clear()
        with place:
            if seen.value is None:
                if seen.error is None:
                    return
                with box("card"):
                    empty("triangle-alert", *nothing_to_show(seen.error, "The list of freezes"))
            elif not seen.value:
                words = "Everything begins when it is due. A freeze stops that for a release, a "
                with box("card"):
                    empty("ban", "No freezes", f"{words}migration, a holiday.")
            else:
                for freeze in sorted(seen.value, key=_order):
                    _show(context, freeze)

    context.live("freezes", lambda: standing_freezes(context.site.temporal), show, every=_EVERY)


def _new(context: PageContext) -> None:
    button(
        "New freeze",
        lambda: ask_freeze(context),
        "primary",
        icon="plus",
        why_not=context.why_not("put_freeze"),
    )


def _order(freeze: Freeze) -> tuple[bool, str]:
    return not freeze.in_force, freeze.name


def _show(context: PageContext, freeze: Freeze) -> None:
    with card(), box("freeze"):
        with box("grow"):
            with box("row"):
                text(freeze.name, "strong wrap", tag="h2")
                text(
                    "In force" if freeze.in_force else "To come",
                    "pill amber" if freeze.in_force else "pill",
                )
                with box("muted", "span"):
                    if freeze.in_force:
                        text("until ")
                        When(freeze.ends_at, "near")
                    elif freeze.next_at is not None:
                        text("from ")
                        When(freeze.next_at, "near")
                        if freeze.until is not None:
                            text(" until ")
                            When(freeze.until, "near")
            if freeze.note:
                text(freeze.note, "wrap", tag="p")
            if again := recurrence(freeze):
                with box("wrap", "p"):
                    text(f"{again}.")
                    if freeze.in_force and freeze.next_at is not None:
                        text(" Next from ", "muted")
                        with box("muted", "span"):
                            When(freeze.next_at, "near")
            text(f"{concerned(freeze)} {outcome(freeze)}", "small muted wrap", tag="p")
        with box("row"):
            _buttons(context, freeze)


def _buttons(context: PageContext, freeze: Freeze) -> None:
    name, cannot = freeze.name, context.why_not("put_freeze")
    if freeze.in_force:
        button(
            "End now",
            lambda: _ask_to_end(context, freeze),
            "small",
            icon="circle-play",
            aria=f"End {name} now",
            why_not=cannot,
        )
    button(
        "Edit",
        lambda: ask_freeze(context, freeze),
        "small",
        icon="pencil",
        aria=f"Edit {name}",
        why_not=cannot,
    )
    if freeze.recurs or not freeze.in_force:
        button(
            "Delete",
            lambda: _ask_to_delete(context, freeze),
            "small danger",
            icon="trash-2",
            aria=f"Delete {name}",
            why_not=context.why_not("delete_freeze"),
        )


def _ask_to_end(context: PageContext, freeze: Freeze) -> None:
    name = freeze.name
    rest = without_present_window(freeze, context.site.temporal.now())

    async def go() -> None:
        if rest is None:
            done: object = await context.tried(context.uses.delete_freeze(name))
        else:
            done = await context.tried(
                context.uses.put_freeze(name, rest, if_match=(freeze.version,))
            )
        if done:
            context.toasts.say(f"Ended {name}.", tone="grey")
            context.changed()

    later = " Its later windows stay." if rest is not None else ""
    confirm(context.overlay, f"End {name} now?", f"{_BEGINS_AGAIN}{later}", "End now", go)


def _ask_to_delete(context: PageContext, freeze: Freeze) -> None:
    name = freeze.name

    async def go() -> None:
        if await context.tried(context.uses.delete_freeze(name)):
            context.toasts.say(f"Deleted the freeze {name}.", tone="grey")
            context.changed()

    words = _BEGINS_AGAIN if freeze.in_force else "Nothing is frozen at the times that it names."
    confirm(context.overlay, f"Delete {name}?", words, "Delete", go, danger=True)
