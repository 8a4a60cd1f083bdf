"""What the list of tasks says where it has no rows, or not all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from onthedot.scheduling.errors import OnTheDotError
from onthedot.ui.components.markup import button, link
from onthedot.ui.list_reads import NoSuchPage
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.list_address import ListAddress
from onthedot.ui.wording.errors import is_away, plainly


@dataclass(frozen=True)
class Nothing:
    """Shown in place of rows; each of `ways` builds something to go on with."""

    icon: str
    title: str
    words: str = ""
    ways: tuple[Callable[[], object], ...] = ()


def not_understood(said: str, label: str = "Show all tasks", path: str = "/tasks") -> Nothing:
    """For an address that names something unknown."""
    return Nothing("search", said, ways=(lambda: link(label, path, "btn"),))


def not_read(error: OnTheDotError, address: ListAddress) -> Nothing:
    """For a list that cannot be read."""
    if is_away(error):
        return Nothing(
            "triangle-alert", "Temporal cannot be reached", "The list appears when it is."
        )
    if isinstance(error, NoSuchPage):
        return not_understood(plainly(error), "First page", address.first_page)
    return not_understood(plainly(error))


def no_tasks(context: PageContext, address: ListAddress) -> Nothing:
    """For a list without tasks."""
    if address.is_filtered:
        whole = "Search finds whole words anywhere, and the start of a word of a name or id."
        return Nothing(
            "search",
            "No task matches",
            whole if address["q"] else "",
            (lambda: button("Clear filters", lambda: context.go("/tasks")),),
        )
    return Nothing(
        "calendar",
        "Nothing is scheduled yet",
        "A task is something to do, such as calling a URL, and when to do it: once, by a cron "
        "expression, or at an interval.",
        _ways_to_begin(context),
    )


def _ways_to_begin(context: PageContext) -> tuple[Callable[[], object], ...]:
    if context.why_not("create_task"):
        return ()
    return (
        lambda: link("New task", "/new", "btn primary", icon="plus"),
        lambda: link("Try a harmless one", "/new?action=log&trigger=interval", "btn"),
    )


def unread(why: Mapping[str, str]) -> str:
    """Which tasks a later release wrote in a way that this one cannot show."""
    if not why:
        return ""
    few = list(why)[:5]
    more = f" and {len(why) - len(few):,} more" if len(why) > len(few) else ""
    return f"Not shown: {', '.join(few)}{more}. {why[few[0]]}"
