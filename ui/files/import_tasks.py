"""Imports tasks: the user chooses a file, sees what it would do, and confirms."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from onthedot.applying.plan import Step, StepKind
from onthedot.applying.problems import WrongFiles
from onthedot.scheduling.revisions.differences import ABSENT
from onthedot.ui.bulk.actions import TASKS, BulkAction, BulkRequest
from onthedot.ui.bulk.work import do
from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.fields.text import FileField
from onthedot.ui.components.markup import box, button, named, text
from onthedot.ui.components.small import Icon
from onthedot.ui.files.import_plan import do_import, plan_import
from onthedot.ui.page_context import PageContext

#: How many tasks, problems and changed fields of a task are listed.
_LISTED, _FIELDS = 200, 8
_LONGEST = 60

_WORDS = {
    StepKind.CREATE: ("New", "green"),
    StepKind.CHANGE: ("Changed", "amber"),
    StepKind.UNCHANGED: ("As it is", "grey"),
}


async def ask_import(context: PageContext) -> None:
    """Ask for a file, and show what it would do."""
    with context.overlay, Modal("Import tasks", wide=True) as modal:
        text(
            "A YAML or JSON file with one or more tasks, such as an export. You will see what it "
            "does before anything changes. Tasks that are not in the file stay unchanged.",
            "muted",
            tag="p",
        )
        field = FileField("File with tasks")
        place = box("stack snug")
        foot = box("foot")

    async def read(event: GenericEventArguments) -> None:
        name, content = str(event.args["name"])[:200], str(event.args["text"])
        place.clear()
        foot.clear()
        try:
            planned = plan_import(context.temporal, content, name)
            steps = await context.tried(planned, but=(WrongFiles,))
        except WrongFiles as error:
            with place:
                _show_problems(error)
            steps = None
        if steps is not None:
            with place:
                _show_steps(steps)
        with foot:
            _add_buttons(context, modal, steps or ())

    field.on("file", read)
    with foot:
        button("Cancel", modal.dismiss)


def _add_buttons(context: PageContext, modal: Modal, steps: Sequence[Step]) -> None:
    button("Cancel", modal.dismiss)
    changes = [each for each in steps if each.kind is not StepKind.UNCHANGED]
    if not changes:
        return

    async def go() -> None:
        modal.hide()
        action = BulkAction(
            "import", "Import", "Importing", "imported", "", "upload", "replace_task",
            lambda uses, request: do_import(uses, changes, request.ids, request.progress),
        )  # fmt: skip
        await do(context, TASKS, action, BulkRequest([each.task_id for each in changes]))
        modal.dismiss()

    button(f"Import {TASKS.counted(len(changes))}", go, "primary")


def _show_problems(error: WrongFiles) -> None:
    with named(box("banner red"), role="alert").style("margin: 0"):
        Icon("triangle-alert")
        text("The file cannot be used. Nothing was changed.")
    with named(box("refusals", "ul"), tabindex="0", aria_label="What is wrong"):
        for problem in error.problems[:_LISTED]:
            with box("", "li"):
                where = f"Line {problem.line}" + (f", {problem.field}" if problem.field else "")
                text(where, "strong mono small")
                text(problem.message, "muted wrap", tag="div")
    _show_rest(len(error.problems))


def _show_steps(steps: Sequence[Step]) -> None:
    counts = Counter(each.kind for each in steps)
    said = ", ".join(
        f"{counts[kind]:,} {words.lower()}" for kind, (words, _) in _WORDS.items() if counts[kind]
    )
    named(text(f"{TASKS.counted(len(steps))}: {said}", "strong", tag="p"), role="status")
    order = list(_WORDS)
    listed = sorted(steps, key=lambda each: order.index(each.kind))[:_LISTED]
    with named(box("refusals", "ul"), tabindex="0", aria_label="What the import does"):
        for each in listed:
            with box("", "li"):
                _show_step(each)
    _show_rest(len(steps))


def _show_step(one: Step) -> None:
    words, tone = _WORDS[one.kind]
    after = one.after
    with box("row"):
        text(words, f"pill {tone}")
        text(after.name if after else one.task_id, "strong wrap")
        text(one.task_id, "muted mono small wrap")
    if one.changes:
        with box("differences", "dl"):
            for change in one.changes[:_FIELDS]:
                text(change.path, "mono small", tag="dt")
                with box("wrap small", "dd"):
                    text(_shown(change.before), "gone", tag="del")
                    text(" → ", "faint")
                    text(_shown(change.after), "come", tag="ins")
    if len(one.changes) > _FIELDS:
        text(f"and {len(one.changes) - _FIELDS} more fields", "muted small", tag="div")


def _show_rest(number: int) -> None:
    if number > _LISTED:
        text(f"And {number - _LISTED:,} more.", "muted")


def _shown(value: object) -> str:
    if value is ABSENT:
        return "–"
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"


def add_import(context: PageContext) -> Element:
    """The button."""
    return button(
        "Import",
        lambda: ask_import(context),
        icon="upload",
        why_not=context.why_not("replace_task"),
    )
