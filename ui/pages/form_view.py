"""The form itself: its parts, the live preview, errors at their fields, test and save."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

from nicegui import background_tasks, ui
from pydantic import ValidationError

from scheduling.errors import FieldProblem, InvalidDefinition, OnTheDotError, TaskExists
from scheduling.task import NewTask, Task, TaskDefinition
from ui.components.fields import Segments, TextField
from ui.components.markup import box, button, card, link, named, text
from ui.components.small import Code, LeaveQuestion
from ui.desk import Desk
from ui.pages.form_action import ActionPart
from ui.pages.form_fields import FieldError, Fields, listed, problems_of
from ui.pages.form_policy import PolicyPart
from ui.pages.form_preview import Preview, as_curl, as_json, preview, show_edit, show_preview
from ui.pages.form_test import add_test
from ui.pages.form_trigger import TriggerPart
from ui.sessions import SignedOut

#: Between a key and what it shows, in seconds.
_PAUSE = 0.15


class FormView:
    """One form. `before` is what it starts from; with `task_id` it changes that task."""

    def __init__(
        self,
        desk: Desk,
        query: dict[str, str],
        *,
        before: TaskDefinition | None = None,
        task_id: str = "",
        revision: int | None = None,
        source: str = "",
    ) -> None:
        self._desk = desk
        self._query = query
        self._before = before
        self._task_id = task_id
        self._revision = revision
        self._source = source
        self._touched: set[str] = set()
        self._strict = False
        self._waiting: asyncio.Task[None] | None = None
        self._fields = Fields(self._field_changed)

    def build(self) -> None:
        """Build it, with its preview."""
        back = f"/tasks/{self._task_id}" if self._task_id else "/tasks"
        with box("head sticky"):
            with box("titles"):
                link(self._task_id or "Tasks", back, "crumb", icon="chevron-left")
                text(
                    f"Edit {self._before.name}" if self._task_id and self._before else "New task",
                    tag="h1",
                )
            with box("actions"):
                link("Cancel", back, "btn ghost")
                save = button(
                    "Save" if self._task_id else "Register task",
                    self._save,
                    "primary",
                    icon="check",
                )
                named(save, data_save="", title="Ctrl Enter")
        with box("grid main-aside"):
            with box("stack"):
                self._left()
            with box("stack side-panel"):
                self._right()
        LeaveQuestion()
        self._waiting = background_tasks.create(
            self._first(), name="preview", context=self._preview
        )

    def _left(self) -> None:
        before, zone = self._before, self._desk.zone
        with card("What it does"):
            self._action = ActionPart(
                self._fields,
                self._part_changed,
                self._query.get("action", "http"),
                before.action if before else None,
                {},
                commands=self._desk.house.settings.allow_commands,
            )
        with card("When it runs"):
            self._trigger = TriggerPart(
                self._fields,
                zone,
                self._part_changed,
                self._query.get("trigger", "cron"),
                before.trigger if before else None,
            )
        with card("What it is called"), box("fields"):
            add = self._fields.add
            self._name = add(
                TextField(
                    "Name", before.name if before else "", at="name", placeholder="Nightly report"
                )
            )
            if not self._task_id:
                self._id = add(
                    TextField(
                        "Id",
                        "",
                        at="id",
                        mono=True,
                        optional=True,
                        hint="Made from the name if left empty. It cannot be changed later.",
                    )
                )
            self._tags = add(
                TextField(
                    "Tags",
                    ", ".join(before.tags) if before else "",
                    at="tags",
                    optional=True,
                    placeholder="reports, finance",
                )
            )
            self._description = add(
                TextField(
                    "Description",
                    before.description if before else "",
                    at="description",
                    rows=2,
                    optional=True,
                    full=True,
                )
            )
        self._policy = PolicyPart(self._fields, before)
        self._paused = self._before.paused if self._before and self._task_id else False

    def _right(self) -> None:
        with card("Next runs"):
            self._preview = box("stack snug")
        if self._task_id:
            with card("What the edit changes"):
                self._edit = box("stack snug")
        add_test(self._desk, self._tested)
        with card("The same over REST"), box("stack snug"):
            Segments(
                "As",
                (("json", "JSON", ""), ("curl", "curl", "")),
                "json",
                small=True,
                on_change=lambda event: self._show_as(event.value),
            )
            self._as = "json"
            self._code = Code("", "The same over REST")

    def _show_as(self, kind: str) -> None:
        self._as = kind
        self._show_code()

    def _part_changed(self) -> None:
        self._field_changed("")

    def _field_changed(self, at: str) -> None:
        if not self._touched:
            ui.run_javascript("otd.setUnsaved(true)")
        self._touched.add(at)
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = background_tasks.create(self._soon(), name="preview", context=self._preview)

    async def _first(self) -> None:
        await self._refresh()
        await self._refresh_edit()

    async def _soon(self) -> None:
        await asyncio.sleep(_PAUSE)
        if not self._preview.is_deleted:
            await self._first()

    async def _refresh(self) -> None:
        problems: list[FieldProblem] = []
        try:
            found = await preview(self._desk.temporal, self._trigger.value(), key=self._key())
            problems = list(found.problems)
            show_preview(self._preview, found)
        except FieldError as error:
            problems = [error.problem]
        except SignedOut:
            self._desk.sign_in()
        except OnTheDotError as error:
            away = Preview(problems=(FieldProblem("", str(error)),))
            show_preview(self._preview, away)
        _, all_problems = self._judged()
        shown = [p for p in [*problems, *all_problems] if self._strict or self._touches(p.field)]
        self._fields.say(shown)
        self._show_code()

    def _show_code(self) -> None:
        try:
            draft = self._draft()
            self._code.show(
                as_json(draft)
                if self._as == "json"
                else as_curl(draft, task_id=self._task_id, signed=bool(self._desk.session.number))
            )
        except FieldError:
            pass

    async def _refresh_edit(self) -> None:
        if not self._task_id:
            return
        definition, problems = self._judged()
        if definition is None or problems:
            show_edit(self._edit, None)
            return
        try:
            found = await self._desk.tasks.preview_edit(self._task_id, definition)
        except (OnTheDotError, SignedOut):
            found = None
        show_edit(self._edit, found)

    def _touches(self, path: str) -> bool:
        return any(at and (path == at or path.startswith(f"{at}.")) for at in self._touched)

    def _key(self) -> str:
        return self._task_id or self._id.value.strip() or slug(self._name.value) or "new"

    def _draft(self) -> dict[str, Any]:
        draft: dict[str, Any] = {}
        if not self._task_id:
            given = self._id.value.strip() or slug(self._name.value)
            draft |= {"id": given} if given else {}
        draft |= {"name": self._name.value.strip()} if self._name.value.strip() else {}
        draft |= {"description": self._description.value} if self._description.value else {}
        draft |= {"tags": listed(self._tags.value)} if self._tags.value.strip() else {}
        draft |= {"trigger": self._trigger.value(), "action": self._action.value()}
        draft |= self._policy.value()
        return {**draft, "paused": True} if self._paused else draft

    def _judged(self) -> tuple[NewTask | TaskDefinition | None, list[FieldProblem]]:
        try:
            model = TaskDefinition if self._task_id else NewTask
            return model.model_validate(self._draft()), []
        except FieldError as error:
            return None, [error.problem]
        except ValidationError as error:
            return None, problems_of(error)

    def _tested(self) -> tuple[TaskDefinition | None, timedelta]:
        self._touched.update(("action", "action.url"))
        definition, problems = self._judged()
        mine = [problem for problem in problems if problem.field.startswith("action")]
        if definition is None and not mine:
            try:
                stand_in = {"kind": "interval", "every": 60}
                definition = TaskDefinition.model_validate(
                    {"trigger": stand_in, "action": self._action.value()}
                )
            except (FieldError, ValidationError):
                definition = None
        self._fields.say(mine)
        return definition, definition.timeout if definition else timedelta(seconds=30)

    async def _save(self) -> None:
        self._strict = True
        definition, problems = self._judged()
        if definition is None:
            self._say(problems)
            return
        try:
            task = await self._store(definition)
        except InvalidDefinition as error:
            self._say(error.problems)
        except TaskExists:
            self._say([FieldProblem("id", f"{self._key()} is in use. Choose another id.")])
        except SignedOut:
            self._desk.sign_in()
        except OnTheDotError as error:
            self._desk.toasts.say(str(error), tone="red")
        else:
            ui.run_javascript("otd.setUnsaved(false)")
            self._desk.toasts.say(
                f"Saved {task.name}." if self._task_id else f"Registered {task.name}."
            )
            self._desk.changed()
            self._desk.go(f"/tasks/{task.id}")

    async def _store(self, definition: NewTask | TaskDefinition) -> Task:
        tasks = self._desk.tasks
        if isinstance(definition, NewTask):
            return await tasks.create(definition, by=self._desk.by)
        return await tasks.replace(
            self._task_id, definition, by=self._desk.by, if_match=self._revision
        )

    def _say(self, problems: Any) -> None:
        left = self._fields.say(list(problems))
        for problem in left[:3]:
            self._desk.toasts.say(f"{problem.field}: {problem.message}", tone="red")
        ui.run_javascript(
            "setTimeout(() => { const field = document.querySelector('.field.bad'); "
            "field?.closest('details')?.setAttribute('open', ''); "
            "field?.querySelector('input, textarea, select')?.focus(); }, 60)"
        )


def slug(name: str) -> str:
    """An id made from a name; empty where nothing of it would be left."""
    plain = re.sub(r"[^a-z0-9._-]+", "-", name.lower().strip())
    return plain.strip("-._")[:128]
