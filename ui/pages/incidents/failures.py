"""Failed runs grouped by cause; each entry leads to its runs, and can retry them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlencode

from onthedot.scheduling.incidents.incident import Incident
from onthedot.scheduling.values import format_instant
from onthedot.service.runs.listing import RunFilter
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.ui.bulk.actions import RUNS
from onthedot.ui.bulk.selection import MOST
from onthedot.ui.bulk.work import ask
from onthedot.ui.components.markup import box, button, card, link, named, text
from onthedot.ui.components.small import When
from onthedot.ui.list_reads import ids_to_retry
from onthedot.ui.page_context import PageContext
from onthedot.ui.wording.values import counted

_NAMED = 3


def show_failures(context: PageContext, groups: Sequence[Incident], tags: tuple[str, ...]) -> None:
    """A card with an entry for each cause, for tasks with these tags."""
    runs = sum(group.runs for group in groups)
    ongoing = sum(group.ongoing for group in groups)
    aside = counted(runs, "run")
    if ongoing:
        aside += f" · {ongoing:,} of {len(groups):,} ongoing"
    with card("Failed or timed out", aside=aside, body=False):
        show_groups(context, groups, tags)


def show_groups(context: PageContext, groups: Sequence[Incident], tags: tuple[str, ...]) -> None:
    """An entry for each cause, with its actions."""
    with box("incidents", "ul"):
        for group in groups:
            _entry(context, group, tags)


def _entry(context: PageContext, group: Incident, tags: tuple[str, ...]) -> None:
    with box("incident", "li"):
        with box("told"):
            with box("headline"):
                text(f"{group.runs:,} ×", "times")
                text(group.cause.message or "Other errors, each of them rare", "wrap")
            with box("row small muted"):
                if group.ongoing:
                    text("Ongoing", "pill red")
                else:
                    text("Over", "pill")
                text(group.cause.type, "tag")
                with box("nowrap", "span"):
                    text("since " if group.runs > 1 else "")
                    When(group.first_at, "near")
                if group.runs > 1:
                    with box("nowrap", "span"):
                        text("last ")
                        When(group.last_at)
            _tasks(group)
        with box("acts"):
            runs = link("Runs", f"/runs?{urlencode(_query(group, tags))}", "btn small")
            named(runs, aria_label=f"Runs that failed: {_title(group)}")
            again = button(
                "Run these again",
                _again(context, group, tags),
                "small",
                icon="rotate-ccw",
                why_not=context.why_not("retry_runs"),
            )
            named(again, aria_label=f"Run these again: {_title(group)}")


def _tasks(group: Incident) -> None:
    one = group.task_count == 1
    with box("small muted wrap", "p"):
        text("" if one else f"{group.task_count:,} tasks: ")
        # "and 1 more" would take as much room as the item itself.
        named_here = _NAMED + 1 if group.task_count == _NAMED + 1 else _NAMED
        for n, task in enumerate(group.tasks[:named_here]):
            text(", " if n else "")
            link(task.name, f"/tasks/{task.id}")
        if group.task_count > named_here:
            text(f" and {group.task_count - named_here:,} more")


def _title(group: Incident) -> str:
    return f"{group.runs:,} × {group.cause.message or group.cause.type}"


def _query(group: Incident, tags: tuple[str, ...]) -> dict[str, str]:
    which = {"failure": group.cause.id} if group.cause.id else {"error": group.cause.type}
    if tags:
        which["tag"] = ",".join(tags)
    since, until = format_instant(group.first_at), format_instant(group.last_at)
    return {**which, "since": since, "until": until}


def _again(
    context: PageContext, group: Incident, tags: tuple[str, ...]
) -> Callable[[], Awaitable[None]]:
    async def pressed() -> None:
        rare = not group.cause.id
        which = RunFilter(
            failure=None if rare else group.cause.id,
            error=group.cause.type if rare else None,
            since=group.first_at,
            until=group.last_at,
            tasks=TaskFilter(tags=tags),
        )
        ids = await context.tried(ids_to_retry(context.temporal, which, MOST))
        if ids is None:
            return
        if not ids:
            context.toasts.say("Each of them has been run again already.", tone="grey")
            return
        await ask(context, RUNS, RUNS.action("retry"), ids)

    return pressed
