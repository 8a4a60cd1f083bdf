"""The panel next to the form: next runs, what an edit changes, a test run, the REST request."""

from __future__ import annotations

from onthedot.scheduling.errors import FieldProblem, OnTheDotError
from onthedot.service.tasks.edit_previews import preview_edit
from onthedot.ui.access.sessions import SignedOut
from onthedot.ui.components.fields.choices import Segments
from onthedot.ui.components.markup import box, card
from onthedot.ui.components.small import Code
from onthedot.ui.files.formats import as_json
from onthedot.ui.forms.actions.test_now import Tested, add_test
from onthedot.ui.forms.draft import Draft
from onthedot.ui.forms.fields import FieldError
from onthedot.ui.forms.preview import Preview, draft_curl, preview, show_edit, show_preview
from onthedot.ui.page_context import PageContext


class SidePanel:
    """Shows a draft. Call `follow` whenever it changes."""

    def __init__(self, context: PageContext, draft: Draft, tested: Tested) -> None:
        self._context = context
        self._draft = draft
        self._as = "json"
        with card("Next runs"):
            self.place = box("stack snug")
        if draft.task_id:
            with card("What the edit changes"):
                self._edit = box("stack snug")
        add_test(context, tested)
        with card("The same over REST"), box("stack snug"):
            Segments(
                "As",
                (("json", "JSON", ""), ("curl", "curl", "")),
                "json",
                small=True,
                on_change=lambda event: self._show_as(event.value),
            )
            self._code = Code("", "The same over REST")

    async def follow(self) -> list[FieldProblem]:
        """Show what the draft would do now. Returns the problems of its trigger."""
        self._show_code()
        try:
            found = await preview(
                self._context.temporal, self._draft.trigger.value(), key=self._draft.key
            )
            await self._follow_edit()
        except FieldError as error:
            return [error.problem]
        except SignedOut:
            self._context.sign_in()
            return []
        except OnTheDotError as error:
            found = Preview(problems=(FieldProblem("", str(error)),))
        if not self.place.is_deleted:
            show_preview(self.place, found, self._context.zone or "UTC")
        return list(found.problems)

    async def _follow_edit(self) -> None:
        if not self._draft.task_id:
            return
        definition, _ = self._draft.judged()
        changes = None
        if definition is not None:
            try:
                temporal = self._context.temporal
                changes = await preview_edit(temporal, self._draft.task_id, definition)
            except OnTheDotError:
                # The trigger's own preview shows the problem.
                changes = None
        if not self._edit.is_deleted:
            show_edit(self._edit, changes)

    def _show_as(self, kind: str) -> None:
        self._as = kind
        self._show_code()

    def _show_code(self) -> None:
        try:
            given = self._draft.value()
        except FieldError:
            return
        if self._as == "json":
            self._code.show(as_json(given))
        else:
            signed = bool(self._context.session.number)
            self._code.show(draft_curl(given, task_id=self._draft.task_id, signed=signed))
