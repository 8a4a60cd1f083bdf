"""The form of a task: its parts, errors at their fields while the user types, and saving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from onthedot.scheduling.action import CommandAction
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition, RevisionMismatch, TaskExists
from onthedot.scheduling.revisions.differences import merged
from onthedot.scheduling.revisions.revision import differences
from onthedot.scheduling.stored.live import Registered
from onthedot.scheduling.task import NewTask, Task, TaskDefinition
from onthedot.ui.components.dialogs.dialogs import LeaveQuestion
from onthedot.ui.components.markup import box, card
from onthedot.ui.forms.actions.action import ActionPart
from onthedot.ui.forms.actions.command import COMMANDS_ARE_OFF
from onthedot.ui.forms.conflict import Change, Choice, ask
from onthedot.ui.forms.draft import Draft
from onthedot.ui.forms.edit_form import EditForm
from onthedot.ui.forms.labels import LabelPart
from onthedot.ui.forms.policy import PolicyPart
from onthedot.ui.forms.side_panel import SidePanel
from onthedot.ui.forms.triggers.trigger import TriggerPart
from onthedot.ui.page_context import PageContext
from onthedot.ui.reads import TaskDetail, one_task, task_detail
from onthedot.ui.watches import Seen


class FormView(EditForm):
    """One form. `before` is its initial content; with `task_id` it changes that task.

    `names` are what the workers have registered, and `calendars` the existing ones, both to choose
    from. `typed` is the kept input from before the page was reloaded.
    """

    def __init__(
        self,
        context: PageContext,
        query: dict[str, str],
        names: Registered,
        calendars: Sequence[str],
        before: TaskDefinition | None,
        typed: Mapping[str, Any],
        *,
        task_id: str = "",
        revision: int | None = None,
    ) -> None:
        super().__init__(context, revision)
        self._typed = typed
        self._query = query
        self._names = {"activity": list(names.activities), "workflow": list(names.workflows)}
        self._calendars = calendars
        self._commands = names.commands
        self._before = before
        self._task_id = task_id

    def build(self) -> None:
        """Build the form, and the panel next to it."""
        if self._task_id and self._before:
            title = f"Edit {self._before.name}"
            self._build_head("task", self._task_id, title, "Save", "replace_task")
            self._follow_others(self._before)
        else:
            self._build_head("task", "", "New task", "Register task", "create_task")
        with box("grid main-aside"):
            with box("stack"):
                self._draft = self._build_parts()
            with box("stack side-panel"):
                self._side_panel = SidePanel(self._context, self._draft, self._tested)
        LeaveQuestion()
        self._restore(self._typed)
        self._validation.soon(self._restored, 0)

    def _follow_others(self, base: TaskDefinition) -> None:
        """Show if someone else changes the task."""

        def show(seen: Seen[TaskDetail]) -> None:
            if seen.value is not None and self._notice(_change(base, seen.value.task)):
                by = seen.value.task.changed_by or "Someone"
                words = f"{by} has changed this task in the meantime."
                to_top = ("Show", lambda: self._context.script("scrollTo({top: 0})"))
                self._context.toasts.say(words, tone="red", actions=[to_top])

        temporal, task_id = self._context.site.temporal, self._task_id
        self._context.live(("task", task_id), lambda: task_detail(temporal, task_id), show)

    def _build_parts(self) -> Draft:
        before = self._before
        with card("What it does"):
            action = ActionPart(
                self._fields,
                self._changed,
                self._query.get("action", ""),
                before.action if before else None,
                names=self._names,
                commands=self._commands is not False,
            )
        with card("When it runs"):
            trigger = TriggerPart(
                self._fields,
                self._context.zone or "UTC",
                self._changed,
                self._query.get("trigger", ""),
                before.trigger if before else None,
                self._calendars,
            )
        with card("What it is called"):
            labels = LabelPart(self._fields, before, self._task_id)
        policy = PolicyPart(self._fields, before)
        return Draft(action, trigger, labels, policy, self._task_id)

    async def _validate(self) -> None:
        problems = await self._side_panel.follow()
        _, judged = self._draft.judged()
        self._fields.say(self._validation.due([*problems, *judged]))

    def _tested(self) -> tuple[TaskDefinition | None, timedelta]:
        definition, problems = self._draft.judged_action()
        self._fields.say(problems)
        return definition, definition.timeout if definition else timedelta(0)

    async def _save(self) -> None:
        self._validation.strict = True
        definition, problems = self._draft.judged()
        if definition is None:
            self._say(problems)
            return
        new = isinstance(definition, NewTask)
        if new and self._commands is False and isinstance(definition.action, CommandAction):
            self._say([FieldProblem("action.argv", COMMANDS_ARE_OFF)])
            return
        await self._try(definition, self._revision)

    async def _try(self, definition: NewTask | TaskDefinition, revision: int | None) -> None:
        self._saving = True
        shown_here = (RevisionMismatch, InvalidDefinition, TaskExists)
        try:
            task = await self._context.tried(self._store(definition, revision), but=shown_here)
        except RevisionMismatch:
            await self._ask_about_others(definition)
        except InvalidDefinition as error:
            self._say(error.problems)
        except TaskExists:
            used = f"{self._draft.key} is in use. Choose another id."
            self._say([FieldProblem("id", used)])
        else:
            if task is not None:
                done = "Saved" if self._task_id else "Registered"
                self._context.saved(f"{done} {task.name}.", f"/tasks/{task.id}")
        finally:
            self._saving = False

    async def _ask_about_others(self, mine: TaskDefinition) -> None:
        base = self._before
        theirs = await self._context.tried(one_task(self._context.temporal, self._task_id))
        if theirs is None or base is None:
            return
        both, clashes = merged(base, theirs, mine)
        # A pause that I did not change stays theirs.
        kept = {} if mine.paused != base.paused else {"paused": theirs.paused}
        choice = Choice(
            mine.model_copy(update=kept),
            differences(base, mine)[0],
            None if clashes else TaskDefinition.model_validate(both),
            f"Both changed {', '.join(clashes)}." if clashes else "",
        )
        ask(self._context, _change(base, theirs), choice, self._try, self._start_anew)

    async def _store(self, definition: NewTask | TaskDefinition, revision: int | None) -> Task:
        uses = self._context.uses
        if isinstance(definition, NewTask):
            return await uses.create_task(definition)
        return await uses.replace_task(self._task_id, definition, if_match=revision)

    def _without_field(self, problem: FieldProblem) -> str:
        return f"{problem.field}: {problem.message}"


def _change(base: TaskDefinition, theirs: Task) -> Change:
    found, _ = differences(base, theirs)
    by, at = theirs.changed_by or theirs.updated_by, theirs.changed_at or theirs.updated_at
    return Change("task", by, at, theirs.revision, found)
