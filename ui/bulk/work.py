"""Runs a bulk action: confirms if necessary, shows progress, then reports."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from onthedot.messages.bulk import Outcome
from onthedot.service.tasks.bulk import BulkProgress, Changed
from onthedot.ui.bulk.kinds import Kind, Order, Subject
from onthedot.ui.bulk.report import Doing, report
from onthedot.ui.components.dialogs.questions import ask_pause, confirm
from onthedot.ui.page_context import PageContext

#: Progress is shown from this many items on.
_MANY = 16

_LOOK_EVERY = 0.4


async def ask(
    context: PageContext,
    subject: Subject,
    kind: Kind,
    ids: Sequence[str],
    after: Callable[[], None] | None = None,
    *,
    name: str = "",
) -> None:
    """Ask for confirmation, then do it to all; `name` is the name of a single one."""
    asked = kind.asked(name or subject.counted(len(ids)))

    async def go(order: Order) -> None:
        await do(context, subject, kind, order, name=name)
        if after is not None:
            after()

    async def pause(note: str, until: datetime | None) -> None:
        await go(Order(ids, note=note, until=until))

    words = kind.words_of_one or kind.words if len(ids) == 1 else kind.words
    if kind.name == "pause":
        await context.learn_zone()
        now = context.site.temporal.now()
        ask_pause(context.overlay, asked, words, pause, zone=context.zone, now=now)
        return
    confirm(
        context.overlay,
        f"{asked}?",
        words,
        asked,
        lambda: go(Order(ids)),
        danger=kind.danger,
        typed=str(len(ids)) if kind.name == "delete" else "",
    )


async def do(
    context: PageContext, subject: Subject, kind: Kind, order: Order, *, name: str = ""
) -> None:
    """Do it without asking, and report each result."""
    doing = Doing(context, subject, kind, name)
    changed = await _act(doing, order)
    if changed is not None:
        _tell(doing, order, changed)


async def _act(doing: Doing, order: Order) -> list[Changed] | None:
    said = f"{doing.kind.doing} {doing.name or doing.subject.counted(len(order.ids))}"
    acting = doing.kind.act(doing.context.uses, order)
    changed = await _watched(doing.context, said, len(order.ids), order.progress, acting)
    doing.context.changed()
    return changed


def _tell(doing: Doing, order: Order, changed: Sequence[Changed]) -> None:
    touched = [each for each in changed if each.outcome is Outcome.DONE]
    missed = _missed(changed)

    async def again() -> None:
        rest = replace(order, ids=sorted(missed), progress=BulkProgress())
        more = await _act(doing, rest)
        if more is not None:
            kept = [each for each in changed if each.id not in missed]
            _tell(doing, order, [*kept, *more])

    report(
        doing,
        changed,
        total=len(order.ids),
        again=again if missed else None,
        undo=(lambda: _undo(doing, touched)) if doing.kind.undone and touched else None,
    )


async def _undo(doing: Doing, touched: Sequence[Changed]) -> None:
    progress = BulkProgress()
    undoing = doing.kind.undo(doing.context.uses, touched, progress)
    what = f"Undoing: {doing.subject.counted(len(touched))}"
    restored = await _watched(doing.context, what, len(touched), progress, undoing)
    if restored is None:
        return
    doing.context.changed()
    missed = _missed(restored)
    rest = [each for each in touched if each.id in missed]
    undone = replace(doing, kind=replace(doing.kind, done=doing.kind.undone))
    again = (lambda: _undo(doing, rest)) if rest else None
    report(undone, restored, total=len(touched), again=again, undo=None)


def _missed(changed: Sequence[Changed]) -> set[str]:
    """Those worth retrying: Temporal or the workers did not respond."""
    return {each.id for each in changed if each.error is not None and each.error.retryable}


async def _watched(
    context: PageContext,
    doing: str,
    total: int,
    progress: BulkProgress,
    acting: Awaitable[list[Changed]],
) -> list[Changed] | None:
    if total < _MANY:
        return await context.tried(acting)
    work = asyncio.ensure_future(acting)

    def stop() -> None:
        progress.stopped = True

    shown = context.toasts.work(f"{doing} …", stop)
    try:
        while not work.done():
            await asyncio.wait({work}, timeout=_LOOK_EVERY)
            shown.at(f"{doing}: {progress.done:,} of {total:,}", progress.done / total)
    finally:
        shown.end()
    return await context.tried(work)
