"""The pages for a new task and for editing one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from onthedot.scheduling.errors import OnTheDotError
from onthedot.scheduling.stored.live import Registered
from onthedot.scheduling.task import TaskDefinition
from onthedot.service.overview.workers import registered
from onthedot.ui.forms.edit_form import show_form
from onthedot.ui.forms.view import FormView
from onthedot.ui.page_context import PageContext, SiteContext
from onthedot.ui.reads import calendar_names, task_state

#: How long the names that workers have registered are reused.
_AGE = timedelta(seconds=30)


async def new_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page for a new task, empty or with another task's content."""

    async def load() -> FormView:
        source = query.get("from", "")
        (names, calendars), before = await asyncio.gather(
            _choices(context.site), _copied(context, source)
        )
        typed = await context.typed(f"copy {source}" if source else "new")
        return FormView(context, query, names, calendars, before, typed)

    await show_form(context, load, "Tasks")


async def edit_page(context: PageContext, query: dict[str, str], task_id: str) -> None:
    """Build the page that changes a task."""

    async def load() -> FormView:
        (names, calendars), found = await asyncio.gather(
            _choices(context.site), task_state(context.temporal, task_id)
        )
        typed = await context.typed(f"edit {task_id}")
        return FormView(
            context,
            query,
            names,
            calendars,
            found.definition,
            typed,
            task_id=task_id,
            revision=found.revision,
        )

    await show_form(context, load, "Tasks")


async def _choices(site: SiteContext) -> tuple[Registered, list[str]]:
    """What the workers have registered, and the existing calendars."""
    try:
        return await asyncio.gather(_names(site), calendar_names(site.temporal))
    except OnTheDotError:
        return await _names(site), []


async def _names(site: SiteContext) -> Registered:
    now = datetime.now(UTC)
    if site.names is None or now - site.names[0] > _AGE:
        site.names = (now, await registered(site.temporal))
    return site.names[1]


async def _copied(context: PageContext, source: str) -> TaskDefinition | None:
    if not source:
        return None
    definition = (await task_state(context.temporal, source)).definition
    return definition.model_copy(update={"name": f"{definition.name} (copy)"[:200]})
