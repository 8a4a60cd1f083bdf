"""Reports a bulk action: a sentence, and each refusal with its name and reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from onthedot.messages.bulk import Outcome
from onthedot.scheduling.outages import TemporalUnavailable, Unconfirmed
from onthedot.service.tasks.bulk import Changed
from onthedot.ui.bulk.kinds import Kind, Subject
from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.dialogs.questions import dismiss
from onthedot.ui.components.markup import box, button, link, named, text
from onthedot.ui.page_context import PageContext
from onthedot.ui.wording.errors import plainly

#: The most that are listed.
_LISTED = 100

_Act = Callable[[], Awaitable[None]]


async def report(
    context: PageContext,
    subject: Subject,
    kind: Kind,
    changed: Sequence[Changed],
    *,
    total: int,
    name: str = "",
    again: _Act | None = None,
    undo: _Act | None = None,
) -> None:
    """Show the result in a message. If some were refused, it offers the list of them, and `again`
    retries those that may succeed."""
    refused = [each for each in changed if each.error is not None]
    if name and refused:
        assert refused[0].error is not None
        why = plainly(refused[0].error, of=refused[0].id)
        retry = [("Try again", again)] if again is not None else []
        context.toasts.say(f"{name}: {why}", tone="red", actions=retry)
        return
    said = _sentence(subject, kind, changed, total=total, name=name)
    actions: list[tuple[str, Callable[[], Awaitable[None]]]] = []
    if refused:
        actions.append(("Which", lambda: _show(context, subject, said, refused, again, undo)))
    if again is not None:
        actions.append(("Try again", again))
    if undo is not None:
        actions.append(("Undo", undo))
    tone = "red" if refused else "grey" if undo else "green"
    context.toasts.say(said, tone=tone, actions=actions)


def _sentence(
    subject: Subject, kind: Kind, changed: Sequence[Changed], *, total: int, name: str
) -> str:
    done = sum(each.outcome is Outcome.DONE for each in changed)
    before = sum(each.outcome is Outcome.UNCHANGED for each in changed)
    unsure = sum(isinstance(each.error, Unconfirmed) for each in changed)
    refused = sum(each.error is not None for each in changed) - unsure
    left = total - len(changed)
    if name and done:
        return f"{name} {kind.done}."
    parts = [f"{subject.counted(done)} {kind.done}"]
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
    context: PageContext,
    subject: Subject,
    said: str,
    refused: Sequence[Changed],
    again: _Act | None,
    undo: _Act | None,
) -> None:
    listed = refused[:_LISTED]
    try:
        names = await subject.names(context.temporal, [each.id for each in listed])
    except TemporalUnavailable:
        names = {}
    with context.overlay, Modal("What was not done, or not confirmed", wide=True) as modal:
        text(said, tag="h2")
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
            button("Close", lambda: dismiss(modal), "primary")
    modal.on("close", lambda: dismiss(modal))
    modal.show()


def _closing(modal: Modal, act: _Act) -> _Act:
    async def closing() -> None:
        modal.hide()
        await act()
        dismiss(modal)

    return closing
