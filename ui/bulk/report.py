"""Reports a bulk action: a sentence, and each refusal with its name and reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from onthedot.messages.bulk import Outcome
from onthedot.scheduling.outages import TemporalUnavailable, Unconfirmed
from onthedot.service.tasks.bulk import Changed
from onthedot.ui.bulk.actions import BulkAction, Subject
from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.markup import box, button, link, named, text
from onthedot.ui.page_context import PageContext
from onthedot.ui.wording.errors import plainly

#: The most that are listed.
_LISTED = 100

_Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class BulkWork:
    """A bulk action on a page; `name` is what a single one is called."""

    context: PageContext
    subject: Subject
    action: BulkAction
    name: str


def report(
    work: BulkWork,
    changed: Sequence[Changed],
    *,
    total: int,
    again: _Act | None,
    undo: _Act | None,
) -> None:
    """Show the result in a message. If some were refused, it offers the list of them, and `again`
    retries those that may succeed."""
    context, name = work.context, work.name
    refused = [each for each in changed if each.error is not None]
    if name and refused:
        assert refused[0].error is not None
        why = plainly(refused[0].error, of=refused[0].id)
        retry = [("Try again", again)] if again is not None else []
        context.toasts.say(f"{name}: {why}", tone="red", actions=retry)
        return
    said = _sentence(work, changed, total)
    actions: list[tuple[str, _Act]] = []
    if refused:
        actions.append(("Which", lambda: _show(work, said, refused, again, undo)))
    if again is not None:
        actions.append(("Try again", again))
    if undo is not None:
        actions.append(("Undo", undo))
    tone = "red" if refused else "grey" if undo else "green"
    context.toasts.say(said, tone=tone, actions=actions)


def _sentence(work: BulkWork, changed: Sequence[Changed], total: int) -> str:
    done = sum(each.outcome is Outcome.DONE for each in changed)
    before = sum(each.outcome is Outcome.UNCHANGED for each in changed)
    unsure = sum(isinstance(each.error, Unconfirmed) for each in changed)
    refused = sum(each.error is not None for each in changed) - unsure
    left = total - len(changed)
    if work.name and done:
        return f"{work.name} {work.action.done}."
    parts = [f"{work.subject.counted(done)} {work.action.done}"]
    if before:
        parts.append(f"{before:,} left as {'it was' if before == 1 else 'they were'}")
    if refused:
        parts.append(f"{refused:,} refused")
    if unsure:
        parts.append(f"{unsure:,} not confirmed")
    if left:
        parts.append(f"stopped before {left:,}")
    return ", ".join(parts) + "."


async def _show(
    work: BulkWork, said: str, refused: Sequence[Changed], again: _Act | None, undo: _Act | None
) -> None:
    context, subject = work.context, work.subject
    listed = refused[:_LISTED]
    try:
        names = await subject.names(context.temporal, [each.id for each in listed])
    except TemporalUnavailable:
        names = {}
    label = "What was not done, or not confirmed"
    with context.overlay, Modal(said, label=label, wide=True) as modal:
        with named(box("refusals", "ul"), tabindex="0", aria_label="Not done, or not confirmed"):
            for each in listed:
                assert each.error is not None
                with box("", "li"):
                    link(names.get(each.id, each.id), f"{subject.path}{each.id}", "strong wrap")
                    text(plainly(each.error, of=each.id), "muted small wrap", tag="div")
        if len(refused) > len(listed):
            text(f"And {len(refused) - len(listed):,} more.", "muted")
        with box("foot"):
            if undo is not None:
                button("Undo the others", _closing(modal, undo))
            if again is not None:
                button("Try again", _closing(modal, again))
            button("Close", modal.dismiss, "primary")


def _closing(modal: Modal, act: _Act) -> _Act:
    async def closing() -> None:
        modal.hide()
        await act()
        modal.dismiss()

    return closing
