"""The part of the form with a task's name, and whether it starts paused."""

from __future__ import annotations

import re
from typing import Any

from onthedot.scheduling.task import TaskDefinition
from onthedot.ui.components.fields.choices import ChoiceField
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.components.markup import box
from onthedot.ui.forms.fields import Fields, listed


class LabelPart:
    """Name, id, tags, description. An id is given once: with `task_id` there is no field for it."""

    def __init__(self, fields: Fields, before: TaskDefinition | None, task_id: str) -> None:
        self._task_id = task_id
        self._id: TextField | None = None
        self._starts: ChoiceField | None = None
        self._paused = bool(task_id and before and before.paused)
        with box("fields"):
            name = before.name if before else ""
            self._name = TextField(
                "Name", name, at="name", placeholder="Nightly report", form=fields
            )
            if not task_id:
                self._id = TextField(
                    "Id",
                    at="id",
                    mono=True,
                    optional=True,
                    hint="If empty, it is made from the name. It cannot be changed later.",
                    form=fields,
                )
            tags = ", ".join(before.tags) if before else ""
            self._tags = TextField(
                "Tags", tags, at="tags", optional=True, placeholder="reports, finance", form=fields
            )
            if not task_id:
                options = {"active": "Active immediately", "paused": "Paused, until it is resumed"}
                self._starts = ChoiceField("Starts", options, "active", at="paused", form=fields)
            self._description = TextField(
                "Description",
                before.description if before else "",
                at="description",
                rows=2,
                optional=True,
                full=True,
                form=fields,
            )

    @property
    def task_id(self) -> str:
        """The id that the task has or would get; empty if there is none."""
        if self._id is None:
            return self._task_id
        return self._id.value.strip() or slug(self._name.value)

    def value(self) -> dict[str, Any]:
        """The values, without empty ones."""
        given: dict[str, Any] = {}
        if self._id is not None and self.task_id:
            given["id"] = self.task_id
        if self._name.value.strip():
            given["name"] = self._name.value.strip()
        if self._description.value:
            given["description"] = self._description.value
        if self._tags.value.strip():
            given["tags"] = listed(self._tags.value)
        return given

    @property
    def paused(self) -> bool:
        """Whether the task is paused."""
        return self._paused if self._starts is None else self._starts.value == "paused"


def slug(name: str) -> str:
    """An id made from a name; empty if no character of it can be used."""
    plain = re.sub(r"[^a-z0-9._-]+", "-", name.lower().strip())
    return plain.strip("-._")[:128]
