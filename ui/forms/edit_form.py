"""What the forms of tasks and calendars share: the head, drafts, errors, and others' changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from onthedot.scheduling.errors import FieldProblem, OnTheDotError
from onthedot.ui.components.markup import box, button, empty, link, named, skeleton, text
from onthedot.ui.components.small import Icon
from onthedot.ui.forms.conflict import Change, show_notice
from onthedot.ui.forms.fields import TO_FIRST_ERROR, Fields
from onthedot.ui.forms.validation import Validation
from onthedot.ui.page_context import PageContext
from onthedot.ui.wording.errors import is_away, plainly


async def show_form(
    context: PageContext, load: Callable[[], Awaitable[EditForm]], pages: str
) -> None:
    """Build the page of a form, or say why there is none; `pages` is the list to go back to."""
    place = box()
    with place:
        skeleton(60)
        skeleton(420)
    await context.learn_zone()
    try:
        form = await load()
    except OnTheDotError as error:
        icon, title = "search", "It cannot be edited"
        if is_away(error):
            icon, title = "triangle-alert", "It cannot be edited now"
        place.clear()
        with place, box("card"), empty(icon, title, plainly(error), page=True):
            link(pages, f"/{pages.lower()}", "btn")
        return
    place.clear()
    with place:
        form.build()


class EditForm(ABC):
    """A form on a page of its own. `revision` is what it edits, None for something new."""

    def __init__(self, context: PageContext, revision: int | None) -> None:
        self._context = context
        self._revision = revision
        self._saving = False
        self._shown_revisions = {revision}
        self._validation = Validation(self._validate)
        self._fields = Fields(self._changed, context.zone or "UTC")

    @abstractmethod
    def build(self) -> None:
        """Build it, and the panels next to it."""

    @abstractmethod
    async def _validate(self) -> None:
        """Validate the input, and show its effect."""

    @abstractmethod
    async def _save(self) -> None:
        """Store what the form holds, or show what to fix first."""

    def _build_head(self, noun: str, name: str, title: str, label: str, call: str) -> None:
        """The title and the button to save. `noun` is `task` or `calendar`; `name` is empty for
        something new."""
        pages = f"{noun}s"
        back = f"/{pages}/{name}" if name else f"/{pages}"
        why_not = self._context.why_not(call)
        with box("head sticky"):
            with box("titles"):
                link(name or pages.capitalize(), back, "crumb", icon="chevron-left")
                text(title, tag="h1")
            with box("actions"):
                link("Cancel", back, "btn ghost")
                save = button(label, self._save, "primary", icon="check", why_not=why_not)
                named(save, data_save="", title=why_not or "Ctrl Enter")
        self._restored, self._meanwhile = box(), box()

    def _restore(self, typed: Mapping[str, Any]) -> None:
        """Fill in the kept input from before the page was reloaded."""
        if not typed or not self._fields.restore(typed):
            return
        self._changed()
        with self._restored, named(box("banner"), role="status"):
            Icon("rotate-ccw")
            text("The page was reloaded. What you had typed is back.", "grow")
            button("Start afresh", self._start_anew, "small")

    def _start_anew(self) -> None:
        self._context.script("otd.setUnsaved(false); otd.drafts.end(); location.reload()")

    def _notice(self, change: Change) -> bool:
        """Show once what someone else saved meanwhile; returns whether it is shown now."""
        if self._saving or change.revision in self._shown_revisions:
            return False
        self._shown_revisions.add(change.revision)
        self._meanwhile.clear()
        with self._meanwhile:
            show_notice(change, self._start_anew)
        return True

    def _changed(self, at: str = "") -> None:
        if not self._validation.touched:
            self._context.script("otd.setUnsaved(true)")
        self._validation.changed(at, self._restored)

    def _say(self, problems: Sequence[FieldProblem]) -> None:
        self._validation.stop()
        for problem in self._fields.say(problems)[:3]:
            self._context.toasts.say(self._without_field(problem), tone="red")
        self._context.script(TO_FIRST_ERROR)

    def _without_field(self, problem: FieldProblem) -> str:
        """The message for a problem that has no field on the form."""
        return problem.message
