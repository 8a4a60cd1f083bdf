"""The history of a task: who changed what and when, with restore."""

from __future__ import annotations

from datetime import timedelta

from onthedot.scheduling.errors import OnTheDotError
from onthedot.scheduling.firing.edit_preview import EditPreview
from onthedot.scheduling.revisions.revision import Revision, RevisionKind, differences
from onthedot.scheduling.task import Task, TaskDefinition
from onthedot.service.tasks.edit_previews import preview_edit
from onthedot.service.tasks.history.revisions import Revisions
from onthedot.service.temporal.paging import Page
from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.differences import show_differences
from onthedot.ui.components.markup import box, button, card, named, text
from onthedot.ui.components.small import When
from onthedot.ui.forms.preview import show_edit
from onthedot.ui.page_context import PageContext
from onthedot.ui.watches import Live, Seen
from onthedot.ui.wording.errors import nothing_to_show

#: How many revisions are shown, and how many more each time.
_SHOWN = 10

#: A revision does not change: history is reread only after a new one.
_EVERY = timedelta(hours=1)

#: For other kinds, the word itself says what changed.
_OF_THE_DEFINITION = (RevisionKind.REPLACED, RevisionKind.RESTORED)

_WORDS = {
    RevisionKind.CREATED: ("Registered", "blue"),
    RevisionKind.REPLACED: ("Changed", "blue"),
    RevisionKind.PAUSED: ("Paused", "amber"),
    RevisionKind.RESUMED: ("Resumed", "green"),
    RevisionKind.RESTORED: ("Restored", "blue"),
    RevisionKind.DELETED: ("Deleted", "grey"),
}


class HistoryCard:
    """The revisions of one task, newest first."""

    def __init__(self, context: PageContext, task_id: str) -> None:
        self._context = context
        self._task_id = task_id
        self._task: Task | None = None
        self._limit = _SHOWN
        self._live: Live[Page[Revision]] | None = None
        with card("History"):
            self._place = box("stack")

    def follow(self, task: Task) -> None:
        """Show it up to the task's current revision."""
        before, self._task = self._task, task
        if before is None or before.revision != task.revision:
            self._read()

    def _read(self) -> None:
        assert self._task is not None
        if self._live is not None:
            self._live.delete()
        temporal, limit = self._context.site.temporal, self._limit
        with self._place.parent_slot or self._place:
            self._live = self._context.live(
                ("revisions", self._task_id, self._task.revision, limit),
                lambda: Revisions(temporal).page(self._task_id, limit=limit),
                self._show,
                every=_EVERY,
            )

    def _show(self, seen: Seen[Page[Revision]]) -> None:
        self._place.clear()
        with self._place:
            if seen.value is not None:
                for revision in seen.value.items:
                    self._add(revision)
                if seen.value.next_cursor:
                    button("Earlier ones", self._more, "small")
            elif seen.error is not None:
                text(nothing_to_show(seen.error, "The history")[1], "muted")

    def _more(self) -> None:
        self._limit += 5 * _SHOWN
        self._read()

    def _add(self, revision: Revision) -> None:
        word, tone = _WORDS[revision.change]
        with named(box("revision stack tight", "section"), data_revision=revision.revision):
            with box("row one-line"):
                with box("row grow"):
                    text(str(revision.revision), "mono muted")
                    text(word, f"pill {tone}")
                    text(revision.by, "strong wrap")
                    When(revision.at)
                    if revision.until is not None:
                        with box("muted small"):
                            text("until ")
                            When(revision.until, "near")
                    if revision.restores is not None:
                        text(f"as revision {revision.restores}", "muted small")
                if self._can_restore(revision):
                    number = revision.revision
                    named(
                        button(
                            "Restore",
                            lambda: self._ask(number),
                            "small",
                            why_not=self._context.why_not("restore_revision"),
                        ),
                        aria_label=f"Restore revision {number}",
                    )
            if revision.note:
                text(revision.note, "wrap muted")
            if revision.diff is None:
                text("What it changed is older than the retention.", "muted small")
            elif revision.change in _OF_THE_DEFINITION and revision.diff:
                show_differences(revision.diff)
                if revision.abridged:
                    text("And more.", "muted small")

    def _can_restore(self, revision: Revision) -> bool:
        present = self._task is not None and revision.revision == self._task.revision
        kept = revision.diff is not None
        return kept and not present and revision.change is not RevisionKind.DELETED

    async def _ask(self, number: int) -> None:
        context, task = self._context, self._task
        assert task is not None
        then = await context.tried(Revisions(context.temporal).definition(self._task_id, number))
        if then is None:
            return
        found, _ = differences(task, then)
        preview = await self._preview(then)
        title = f"Restore revision {number}?"
        with context.overlay, Modal(title, wide=True) as modal:
            if not found:
                same = "It is the same as the current definition: there is nothing to restore."
                text(same, "muted wrap", tag="p")
                with box("foot"):
                    button("Close", modal.dismiss)
                return
            text("The task becomes as it was then, as a new revision.", "muted wrap", tag="p")
            with box("stack snug"):
                show_differences(found)
                show_edit(box("stack snug"), preview)

            async def restore() -> None:
                modal.hide()
                restored = await context.tried(
                    context.uses.restore_revision(task.id, number, if_match=task.revision)
                )
                if restored is not None:
                    context.toasts.say(f"Restored revision {number} of {restored.name}.")
                    context.changed()
                modal.dismiss()

            modal.add_foot("Restore", restore)

    async def _preview(self, then: TaskDefinition) -> EditPreview | None:
        try:
            return await preview_edit(self._context.temporal, self._task_id, then)
        except OnTheDotError:
            # Restoring it shows what is wrong with it.
            return None
