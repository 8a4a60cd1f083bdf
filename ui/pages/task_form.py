"""New and edit: a form that follows what is chosen, and shows beside it what it would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scheduling.errors import TaskNotFound, TemporalUnavailable
from scheduling.task import TaskDefinition
from scheduling.task_state import TaskState
from ui.components.markup import box, empty, link, skeleton
from ui.desk import Desk
from ui.forms.view import FormView


def new_page(desk: Desk, query: dict[str, str]) -> Any:
    """Build the page for a new task, empty or with what another one says."""
    source = query.get("from", "")
    if not source:
        if desk.zone:
            FormView(desk, query).build()
            return None
        return _with_zone(desk, query)
    return _loaded(
        desk,
        source,
        lambda found: FormView(desk, query, before=_copied(found.definition)).build(),
    )


def edit_page(desk: Desk, query: dict[str, str], task_id: str) -> Any:
    """Build the page that changes a task."""
    return _loaded(
        desk,
        task_id,
        lambda found: FormView(
            desk, query, before=found.definition, task_id=task_id, revision=found.revision
        ).build(),
    )


async def _with_zone(desk: Desk, query: dict[str, str]) -> None:
    place = box()
    with place:
        skeleton(60)
        skeleton(420)
    await desk.learn_zone()
    place.clear()
    with place:
        FormView(desk, query).build()


async def _loaded(desk: Desk, task_id: str, show: Callable[[TaskState], None]) -> None:
    place = box()
    with place:
        skeleton(60)
        skeleton(420)
    await desk.learn_zone()
    try:
        found = await desk.tasks.state(task_id)
    except (TaskNotFound, TemporalUnavailable) as error:
        place.clear()
        with place, box("card"), empty("search", "It cannot be edited now", str(error)):
            link("To the tasks", "/tasks", "btn")
        return
    place.clear()
    with place:
        show(found)


def _copied(definition: TaskDefinition) -> TaskDefinition:
    return definition.model_copy(update={"name": f"{definition.name} (copy)"[:200]})
