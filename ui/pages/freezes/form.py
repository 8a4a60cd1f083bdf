"""The form for a freeze, new or existing, with its next windows."""

from __future__ import annotations

from collections.abc import Sequence

from onthedot.scheduling.errors import FieldProblem, InvalidDefinition, OnTheDotError
from onthedot.scheduling.freezes.freeze import Freeze
from onthedot.service.freezes.previews import FreezePreview, preview_freeze
from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.components.markup import box, text
from onthedot.ui.components.small import Icon, When
from onthedot.ui.forms.fields import Fields
from onthedot.ui.forms.validation import Validation
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.freezes.draft import FreezeDraft
from onthedot.ui.reads import freeze_or_none
from onthedot.ui.wording.errors import plainly
from onthedot.ui.wording.values import human


async def ask_freeze(context: PageContext, before: Freeze | None = None) -> None:
    """Ask for a new freeze, or for another definition of an existing one."""
    await context.learn_zone()
    if before is not None:
        # The displayed freeze may be some seconds old.
        before = await context.tried(freeze_or_none(context.temporal, before.name)) or before
    _FreezeForm(context, before).open()


class _FreezeForm:
    def __init__(self, context: PageContext, before: Freeze | None) -> None:
        self._context = context
        self._before = before
        self._warned = False
        self._validation = Validation(self._validate)
        self._fields = Fields(self._changed, context.zone or "UTC")

    def open(self) -> None:
        """Show the dialog."""
        before = self._before
        title = f"Edit {before.name}" if before else "New freeze"
        now = self._context.site.temporal.now().replace(microsecond=0)
        with self._context.overlay, Modal(title, wide=True) as modal:
            self._name: TextField | None = None
            if before is None:
                self._name = TextField(
                    "Name", at="name", placeholder="tonight", mono=True, form=self._fields
                )
            self._draft = FreezeDraft(
                self._fields, self._changed, self._context.zone or "UTC", now, before
            )
            self._preview = box("preview stack tight")
            modal.add_foot("Save" if before else "Freeze", self._go)
        self._modal = modal
        self._validation.soon(self._preview, 0)

    def _changed(self, at: str = "") -> None:
        self._validation.changed(at, self._preview)

    async def _validate(self) -> None:
        definition, problems = self._draft.judged()
        found: FreezePreview | None = None
        if definition is not None:
            try:
                found = await preview_freeze(
                    self._context.temporal, self._written_name or "new", definition
                )
            except InvalidDefinition as error:
                problems = list(error.problems)
            except OnTheDotError:
                return
        if self._preview.is_deleted:
            return
        self._fields.say(self._validation.due(problems))
        self._show(found)

    def _show(self, found: FreezePreview | None) -> None:
        self._preview.clear()
        with self._preview:
            if found is None:
                text("Its windows show here once the fields above are valid.", "muted small")
                return
            title = found.description or "In force"
            text(f"{title}:" if found.windows else "It has no upcoming window.", "strong wrap")
            for number, window in enumerate(found.windows):
                with box("row small"):
                    Icon("ban")
                    with box("wrap", "span"):
                        When(window.start, "near")
                        text(" until ")
                        When(window.end, "near")
                        text(f" ({human(window.end - window.start)})", "muted")
                    if number == 0 and found.in_force:
                        text("At once", "pill amber")

    @property
    def _written_name(self) -> str:
        if self._before is not None:
            return self._before.name
        return self._name.value.strip() if self._name else ""

    async def _go(self) -> None:
        self._validation.strict = True
        definition, problems = self._draft.judged()
        if definition is None:
            self._say(problems)
            return
        if not await self._may_save():
            return
        name, uses = self._written_name, self._context.uses
        try:
            made = await self._context.tried(
                uses.put_freeze(name, definition, if_match=self._expected),
                but=(InvalidDefinition,),
            )
        except InvalidDefinition as error:
            self._say(error.problems)
            return
        if made is not None:
            said = "Frozen" if made.in_force and self._before is None else "Saved"
            self._context.toasts.say(f"{said}: {made.name}.")
            self._context.changed()
            self._modal.dismiss()

    @property
    def _expected(self) -> tuple[str, ...] | None:
        """The version to replace; None for any, after the user was told of another one."""
        return None if self._before is None or self._warned else (self._before.version,)

    async def _may_save(self) -> bool:
        """Whether the freeze is still as it was shown, or the user was told that it is not."""
        name = self._written_name
        try:
            present = await freeze_or_none(self._context.temporal, name)
        except OnTheDotError as error:
            self._context.toasts.say(plainly(error), tone="red")
            return False
        if self._before is None and present is not None:
            self._say([FieldProblem("name", f"The freeze {name} already exists; edit that one.")])
            return False
        if present is None or self._before is None:
            return True
        if present.updated_at != self._before.updated_at and not self._warned:
            self._warned = True
            by = present.updated_by or "Someone"
            said = f"{by} changed {name} meanwhile. Save again to overwrite that."
            self._context.toasts.say(said, tone="red")
            return False
        return True

    def _say(self, problems: Sequence[FieldProblem]) -> None:
        self._validation.stop()
        for problem in self._fields.say(problems)[:3]:
            self._context.toasts.say(problem.message, tone="red")
