"""The pages for a new task and for editing one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from onthedot.scheduling.errors import OnTheDotError
from onthedot.scheduling.stored.live import Registered
from onthedot.scheduling.task import TaskDefinition
from onthedot.service.overview.workers import registered
from onthedot.ui.components.markup import box, empty, link, skeleton
from onthedot.ui.forms.view import FormView
from onthedot.ui.page_context import PageContext, SiteContext
from onthedot.ui.reads import calendar_names, task_state

#: How long the names that workers have registered are reused.
_AGE = timedelta(seconds=30)


async def new_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page for a new task, empty or with another task's content."""
    source = query.get("from", "")
    if source:
        await _changed(context, query, source, copy=True)
        return
    place = box()
    with place:
        skeleton(60)
        skeleton(420)
    await context.learn_zone()
    (names, calendars), typed = await _choices(context.site), await context.typed("new")
    place.clear()
    with place:
        FormView(context, query, names, calendars=calendars, typed=typed).build()


async def edit_page(context: PageContext, query: dict[str, str], task_id: str) -> None:
    """Build the page that changes a task."""
    await _changed(context, query, task_id, copy=False)


async def _changed(
    context: PageContext, query: dict[str, str], task_id: str, *, copy: bool
) -> None:
    place = box()
    with place:
        skeleton(60)
        skeleton(420)
    await context.learn_zone()
    try:
        found, (names, calendars) = await asyncio.gather(
            task_state(context.temporal, task_id), _choices(context.site)
        )
    except OnTheDotError as error:
        place.clear()
        with place, box("card"), empty("search", "It cannot be edited now", str(error), page=True):
            link("To the tasks", "/tasks", "btn")
        return
    typed = await context.typed(f"copy {task_id}" if copy else f"edit {task_id}")
    place.clear()
    with place:
        if copy:
            before = _copied(found.definition)
            FormView(context, query, names, calendars=calendars, before=before, typed=typed).build()
        else:
            FormView(
                context,
                query,
                names,
                calendars=calendars,
                before=found.definition,
                task_id=task_id,
                revision=found.revision,
                typed=typed,
            ).build()


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


def _copied(definition: TaskDefinition) -> TaskDefinition:
    return definition.model_copy(update={"name": f"{definition.name} (copy)"[:200]})
