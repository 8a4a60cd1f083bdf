"""The destinations of the palette (Ctrl K): pages, tags and tasks."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from onthedot.messages.bulk import TagCount
from onthedot.scheduling.errors import OnTheDotError
from onthedot.service.tasks.lists.filter import TaskFilter
from onthedot.ui.access.sessions import SignedOut
from onthedot.ui.bulk.actions import TASKS
from onthedot.ui.page_context import PageContext

#: The most tasks found, and the most tags listed before them.
_HITS = 8
_TAG_HITS = 3


def palette_pages(
    context: PageContext, pages: Sequence[tuple[str, str, str]]
) -> list[dict[str, str]]:
    """The destinations without a search; `pages` are path, label and icon."""
    shown = [{"label": label, "path": path, "icon": icon} for path, label, icon in pages]
    new = {"label": "New task", "path": "/new", "icon": "plus", "key": "n"}
    return [
        *([] if context.why_not("create_task") else [new]),
        *shown,
        {"label": "Failed runs", "path": "/runs?status=failed", "icon": "circle-alert"},
        {"label": "Paused tasks", "path": "/tasks?status=paused", "icon": "pause"},
    ]


async def found_for(context: PageContext, typed: str) -> list[dict[str, str]]:
    """The tags and tasks that match the typed text; without text, the newest tasks."""
    tags = context.site.tags
    # They are usually ready by the time a word is typed; tasks do not wait for them.
    tags.refresh()
    try:
        page = await context.task_list.page(TaskFilter(q=typed or None), limit=_HITS)
    except SignedOut:
        context.sign_in()
        return []
    except OnTheDotError:
        return []
    found = [
        {"label": task.name, "path": f"/tasks/{task.id}", "icon": "clock", "under": task.id}
        for task in page.items
    ]
    return [*(_tagged(tags.known, typed) if typed else ()), *found]


def _tagged(known: Sequence[TagCount], typed: str) -> list[dict[str, str]]:
    """The most used tags that contain the word."""
    wanted = typed.casefold()
    fitting = [each for each in known if wanted in each.tag.casefold()]
    fitting.sort(key=lambda each: (not each.tag.casefold().startswith(wanted), -each.tasks))
    return [
        {
            "label": each.tag,
            "path": f"/tasks?{urlencode({'tag': each.tag})}",
            "icon": "tag",
            "under": f"tag · {TASKS.counted(each.tasks)}",
        }
        for each in fitting[:_TAG_HITS]
    ]
