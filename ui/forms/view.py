"""The form itself: its parts, errors at their fields while the user types, and saving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from onthedot.scheduling.action import CommandAction
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition, RevisionMismatch, TaskExists
from onthedot.scheduling.stored.live import Registered
from onthedot.scheduling.task import NewTask, Task, TaskDefinition
from onthedot.ui.components.dialogs.dialogs import LeaveQuestion
from onthedot.ui.components.markup import box, button, card, link, named, text
from onthedot.ui.components.small import Icon
from onthedot.ui.forms import conflict
from onthedot.ui.forms.actions.action import ActionPart
from onthedot.ui.forms.actions.command import COMMANDS_ARE_OFF
from onthedot.ui.forms.draft import Draft
from onthedot.ui.forms.fields import TO_FIRST_ERROR, Fields
from onthedot.ui.forms.following import Following
from onthedot.ui.forms.labels import LabelPart
from onthedot.ui.forms.policy import PolicyPart
from onthedot.ui.forms.side_panel import SidePanel
from onthedot.ui.forms.triggers.trigger import TriggerPart
from onthedot.ui.page_context import PageContext
from onthedot.ui.reads import TaskDetail, one_task, task_detail
from onthedot.ui.watches import Seen

#: From a keystroke to its effect, in seconds.
_PAUSE = 0.15


class FormView:
    """One form. `before` is its initial content; with `task_id` it changes that task.

    `names` are what the workers have registered, and `calendars` the existing ones, both to choose
    from. `typed` is the kept input from before the page was reloaded.
    """

    def __init__(
        self,
        context: PageContext,
        query: dict[str, str],
        names: Registered,
        *,
        calendars: Sequence[str] = (),
        before: TaskDefinition | None = None,
        task_id: str = "",
        revision: int | None = None,
        typed: Mapping[str, Any] | None = None,
    ) -> None:
        self._typed = typed
        self._context = context
        self._query = query
        self._names = {"activity": list(names.activities), "workflow": list(names.workflows)}
        self._calendars = calendars
        self._commands = names.commands
        self._before = before
        self._task_id = task_id
        self._revision = revision
        self._saving = False
        self._following = Following(self._follow)
        self._fields = Fields(self._changed, context.zone or "UTC")

    def build(self) -> None:
        """Build the form, and the panel next to it."""
        self._build_head()
        self._restored = box()
        if self._task_id:
            with box() as self._meanwhile:
                pass
            self._follow_others()
        with box("grid main-aside"):
            with box("stack"):
                self._draft = self._build_parts()
            with box("stack side-panel"):
                self._side_panel = SidePanel(self._context, self._draft, self._tested)
        LeaveQuestion()
        self._restore()
        self._follow_soon(0)

    def _restore(self) -> None:
        """Fill in the kept input from before the page was reloaded."""
        if not self._typed or not self._fields.restore(self._typed):
            return
        self._changed()
        with self._restored, named(box("banner"), role="status"):
            Icon("rotate-ccw")
            text("The page was reloaded. What you had typed is back.", "grow")
            button("Start afresh", self._start_anew, "small")

    def _follow_others(self) -> None:
        """Show if someone else changes the task."""
        temporal, told = self._context.site.temporal, [self._revision]

        def show(seen: Seen[TaskDetail]) -> None:
            if seen.value is None or seen.value.task.revision in told or self._saving:
                return
            told.append(seen.value.task.revision)
            self._meanwhile.clear()
            assert self._before is not None
            with self._meanwhile:
                conflict.show_notice(self._before, seen.value.task, self._start_anew)
            said = (
                f"{seen.value.task.changed_by or 'Someone'} has changed this task in the meantime."
            )
            to_top = "scrollTo({top: 0})"
            self._context.toasts.say(
                said, tone="red", action="Show", act=lambda: self._context.script(to_top)
            )

        key = ("task", self._task_id)
        self._context.live(key, lambda: task_detail(temporal, self._task_id), show)

    def _start_anew(self) -> None:
        self._context.script("otd.setUnsaved(false); otd.drafts.end(); location.reload()")

    def _build_head(self) -> None:
        back = f"/tasks/{self._task_id}" if self._task_id else "/tasks"
        title = f"Edit {self._before.name}" if self._task_id and self._before else "New task"
        label = "Save" if self._task_id else "Register task"
        with box("head sticky"):
            with box("titles"):
                link(self._task_id or "Tasks", back, "crumb", icon="chevron-left")
                text(title, tag="h1")
            with box("actions"):
                link("Cancel", back, "btn ghost")
                call = "replace_task" if self._task_id else "create_task"
                why_not = self._context.why_not(call)
                save = button(label, self._save, "primary", icon="check", why_not=why_not)
                named(save, data_save="", title=why_not or "Ctrl Enter")

    def _build_parts(self) -> Draft:
        before = self._before
        with card("What it does"):
            action = ActionPart(
                self._fields,
                self._changed,
                self._query.get("action", "http"),
                before.action if before else None,
                names=self._names,
                commands=self._commands is not False,
            )
        with card("When it runs"):
            trigger = TriggerPart(
                self._fields,
                self._context.zone or "UTC",
                self._changed,
                self._query.get("trigger", "cron"),
                before.trigger if before else None,
                self._calendars,
            )
        with card("What it is called"):
            labels = LabelPart(self._fields, before, self._task_id)
        policy = PolicyPart(self._fields, before)
        return Draft(action, trigger, labels, policy, self._task_id)

    def _changed(self, at: str = "") -> None:
        if not self._following.touched:
            self._context.script("otd.setUnsaved(true)")
        self._following.touched.add(at)
        self._follow_soon(_PAUSE)

    def _follow_soon(self, pause: float) -> None:
        self._following.soon(pause, self._side_panel.place)

    async def _follow(self) -> None:
        problems = await self._side_panel.follow()
        _, judged = self._draft.judged()
        self._fields.say(self._following.due([*problems, *judged]))

    def _tested(self) -> tuple[TaskDefinition | None, timedelta]:
        definition, problems = self._draft.judged_action()
        self._fields.say(problems)
        return definition, definition.timeout if definition else timedelta(0)

    async def _save(self) -> None:
        self._following.strict = True
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

    async def _ask_about_others(self, definition: TaskDefinition) -> None:
        theirs = await self._context.tried(one_task(self._context.temporal, self._task_id))
        if theirs is not None and self._before is not None:
            found = conflict.Conflict(self._before, theirs, definition)
            conflict.ask(self._context, found, self._try, self._start_anew)

    async def _store(self, definition: NewTask | TaskDefinition, revision: int | None) -> Task:
        uses = self._context.uses
        if isinstance(definition, NewTask):
            return await uses.create_task(definition)
        return await uses.replace_task(self._task_id, definition, if_match=revision)

    def _say(self, problems: Sequence[FieldProblem]) -> None:
        self._following.stop()
        for problem in self._fields.say(problems)[:3]:
            self._context.toasts.say(f"{problem.field}: {problem.message}", tone="red")
        self._context.script(TO_FIRST_ERROR)
