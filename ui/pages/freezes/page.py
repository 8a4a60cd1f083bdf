"""The list of freezes, with buttons to change or end each one."""

from __future__ import annotations

from datetime import timedelta

from onthedot.scheduling.freezes.freeze import Freeze
from onthedot.scheduling.freezes.windows import without_present_window
from onthedot.ui.components.dialogs.questions import confirm
from onthedot.ui.components.markup import box, button, card, empty, text
from onthedot.ui.components.small import When
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.freezes.form import ask_freeze
from onthedot.ui.pages.freezes.wording import concerned, outcome, recurrence
from onthedot.ui.pages.short_list import short_list_page
from onthedot.ui.reads import standing_freezes

_EVERY = timedelta(seconds=3)
_BEGINS_AGAIN = "Tasks start again within five seconds; held occurrences follow a little later."


def freezes_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page."""
    words = "Everything starts when it is due. A freeze stops that for a release, a migration, a "

    def draw(freezes: list[Freeze]) -> None:
        for freeze in sorted(freezes, key=_order):
            _show(context, freeze)

    short_list_page(
        context,
        "Freezes",
        "While one is in force, schedules start nothing.",
        lambda: standing_freezes(context.site.temporal),
        key="freezes",
        every=_EVERY,
        new=lambda: _new(context),
        none=lambda: empty("ban", "No freezes", f"{words}holiday."),
        draw=draw,
    )


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

    words = _BEGINS_AGAIN if freeze.in_force else "Tasks run as scheduled during its windows."
    confirm(context.overlay, f"Delete {name}?", words, "Delete", go, danger=True)
