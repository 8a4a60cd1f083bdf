"""The preview of a draft: its trigger in words, next runs, warnings, and the runs that an edit adds
and removes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nicegui.element import Element
from pydantic import TypeAdapter, ValidationError

from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.firing.edit_preview import EditPreview
from onthedot.scheduling.trigger import CronTrigger, OnceTrigger, Trigger
from onthedot.service.tasks import previews
from onthedot.service.temporal.calls import Temporal
from onthedot.ui.components.markup import box, text
from onthedot.ui.components.small import Icon, When
from onthedot.ui.files.formats import as_curl, rest_url
from onthedot.ui.forms.fields import problems_of
from onthedot.ui.forms.wording import said

_TRIGGER: TypeAdapter[Trigger] = TypeAdapter(Trigger)
COUNT = 5


@dataclass(frozen=True)
class Preview:
    """The preview of a trigger: its words and next runs, or its problems."""

    words: str = ""
    runs: tuple[datetime, ...] = ()
    warnings: tuple[str, ...] = ()
    zone: str = ""
    problems: tuple[FieldProblem, ...] = ()
    moved: Mapping[datetime, str] = field(default_factory=dict)
    """Notes on runs that were moved to another day."""


async def preview(temporal: Temporal, given: dict[str, Any], *, key: str) -> Preview:
    """Preview a trigger from now on; `key` is the id of its task.

    Raises: TemporalUnavailable: it has jitter, and Temporal does not respond.
    """
    try:
        trigger = _TRIGGER.validate_python(given)
        found = await previews.preview(temporal, trigger, count=COUNT, after=None, task_id=key)
    except ValidationError as error:
        return Preview(problems=tuple(_under_trigger(problems_of(error))))
    except InvalidDefinition as error:
        return Preview(problems=error.problems)
    zone = (trigger.timezone or "") if isinstance(trigger, CronTrigger | OnceTrigger) else ""
    moved = {one.at: one.text for one in found.moved}
    return Preview(found.description, found.next_runs, found.warnings, zone, moved=moved)


def _under_trigger(problems: Sequence[FieldProblem]) -> list[FieldProblem]:
    kinds = ("once", "cron", "interval")
    found = []
    for problem in problems:
        first, _, rest = problem.field.partition(".")
        path = rest if first in kinds else problem.field
        found.append(FieldProblem(f"trigger.{path}" if path else "trigger", problem.message))
    return found


def show_preview(place: Element, found: Preview, zone: str) -> None:
    """Draw the preview in `place`; `zone` is the reader's."""
    place.clear()
    with place:
        if found.problems:
            with box("row muted"):
                Icon("info")
                text(said(found.problems[0].message, zone), "grow wrap small")
            return
        text(found.words, "strong wrap", tag="div")
        with box("stack tight", "ol"):
            for at in found.runs:
                with box("row", "li"):
                    with box("grow"):
                        When(at, "near")
                        if at in found.moved:
                            text(found.moved[at], "moved")
                    with box("muted small"):
                        When(at, "there", zone=found.zone)
        if not found.runs:
            text("It has no upcoming runs.", "muted")
        for warning in found.warnings:
            with box("banner").style("margin: 0"):
                Icon("triangle-alert")
                text(warning, "grow wrap small")


def show_edit(place: Element, found: EditPreview | None) -> None:
    """Draw the runs that an edit adds and removes."""
    place.clear()
    if found is None:
        return
    with place:
        if not found.gained and not found.lost:
            text("No run is added or removed.", "muted")
            return
        for name, sign, runs in (("gained", "+", found.gained), ("lost", "−", found.lost)):
            if not runs:
                continue
            more = " or more" if len(runs) >= len(found.before or found.after) > 1 else ""
            text(f"{len(runs)}{more} {name}", "small strong", tag="div")
            with box("stack tight", "ul"):
                for at in runs[:COUNT]:
                    with box("row", "li"):
                        text(sign, f"mono {name.replace('lost', 'muted')}")
                        with box(name):
                            When(at, "near")


def draft_curl(draft: dict[str, Any], *, task_id: str, signed: bool) -> str:
    """The same as a call of REST for a shell."""
    method, path = ("PUT", f"/tasks/{task_id}") if task_id else ("POST", "/tasks")
    return as_curl(method, rest_url(path), draft, signed=signed)
