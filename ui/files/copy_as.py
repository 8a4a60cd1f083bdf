"""A single task as text to copy: JSON, YAML, a curl request or a shell command."""

from __future__ import annotations

from collections.abc import Callable

from onthedot.applying.concise import concise
from onthedot.applying.yaml_output import to_yaml
from onthedot.scheduling.task import Task
from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.fields.choices import Segments
from onthedot.ui.components.markup import box, button, text
from onthedot.ui.components.small import Code
from onthedot.ui.files.formats import as_json, task_command, task_curl
from onthedot.ui.page_context import PageContext
from onthedot.ui.reads import one_task

_FORMS = (("yaml", "YAML", ""), ("json", "JSON", ""), ("curl", "curl", ""), ("cli", "Shell", ""))


async def show_as_text(context: PageContext, task_id: str) -> None:
    """Show it with a button that copies it."""
    task = await context.tried(one_task(context.temporal, task_id))
    if task is None:
        return
    forms = _forms(task, signed=bool(context.session.number))
    with context.overlay, Modal(f"{task.name} as text", label="Copy as", wide=True) as modal:
        Segments(
            "As",
            _FORMS,
            "yaml",
            small=True,
            on_change=lambda event: code.show(forms[event.value]()),
        )
        code = Code(forms["yaml"](), "The task as text")
        said = (
            "It contains the names of secrets, not their values. Each form registers the task "
            "as it is now."
        )
        text(said, "muted small", tag="p")
        with box("foot"):
            button("Close", modal.dismiss)


def _forms(task: Task, *, signed: bool) -> dict[str, Callable[[], str]]:
    told = concise(task, task.id)
    return {
        "yaml": lambda: to_yaml(told),
        "json": lambda: as_json(told),
        "curl": lambda: task_curl(task, signed=signed),
        "cli": lambda: task_command(task),
    }
