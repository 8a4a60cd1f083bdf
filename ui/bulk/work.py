"""Runs a bulk action: confirms if necessary, shows progress, then reports."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from onthedot.messages.bulk import Outcome
from onthedot.service.tasks.bulk import BulkProgress, Changed
from onthedot.ui.bulk.actions import BulkAction, BulkRequest, Subject
from onthedot.ui.bulk.report import BulkWork, report
from onthedot.ui.components.dialogs.questions import ask_pause, confirm
from onthedot.ui.page_context import PageContext

#: Progress is shown from this many items on.
_MANY = 16

_LOOK_EVERY = 0.4


async def ask(
    context: PageContext,
    subject: Subject,
    action: BulkAction,
    ids: Sequence[str],
    after: Callable[[], None] | None = None,
    *,
    name: str = "",
) -> None:
    """Ask for confirmation, then do it to all; `name` is the name of a single one."""
    asked = action.asked(name or subject.counted(len(ids)))

    async def go(request: BulkRequest) -> None:
        await do(context, subject, action, request, name=name)
        if after is not None:
            after()

    async def pause(note: str, until: datetime | None) -> None:
        await go(BulkRequest(ids, note=note, until=until))

    words = action.words_of_one or action.words if len(ids) == 1 else action.words
    if action.name == "pause":
        await context.learn_zone()
        now = context.site.temporal.now()
        ask_pause(context.overlay, asked, words, pause, zone=context.zone, now=now)
        return
    confirm(
        context.overlay,
        f"{asked}?",
        words,
        asked,
        lambda: go(BulkRequest(ids)),
        danger=action.danger,
        typed=str(len(ids)) if action.name == "delete" else "",
    )


async def do(
    context: PageContext,
    subject: Subject,
    action: BulkAction,
    request: BulkRequest,
    *,
    name: str = "",
) -> None:
    """Do it without asking, and report each result."""
    work = BulkWork(context, subject, action, name)
    changed = await _act(work, request)
    if changed is not None:
        _tell(work, request, changed)


async def _act(work: BulkWork, request: BulkRequest) -> list[Changed] | None:
    said = f"{work.action.doing} {work.name or work.subject.counted(len(request.ids))}"
    acting = work.action.act(work.context.uses, request)
    changed = await _watched(work.context, said, len(request.ids), request.progress, acting)
    work.context.changed()
    return changed


def _tell(work: BulkWork, request: BulkRequest, changed: Sequence[Changed]) -> None:
    touched = [each for each in changed if each.outcome is Outcome.DONE]
    missed = _missed(changed)

    async def again() -> None:
        rest = replace(request, ids=sorted(missed), progress=BulkProgress())
        more = await _act(work, rest)
        if more is not None:
            kept = [each for each in changed if each.id not in missed]
            _tell(work, request, [*kept, *more])

    report(
        work,
        changed,
        total=len(request.ids),
        again=again if missed else None,
        undo=(lambda: _undo(work, touched)) if work.action.undone and touched else None,
    )


async def _undo(work: BulkWork, touched: Sequence[Changed]) -> None:
    progress = BulkProgress()
    undoing = work.action.undo(work.context.uses, touched, progress)
    what = f"Undoing: {work.subject.counted(len(touched))}"
    restored = await _watched(work.context, what, len(touched), progress, undoing)
    if restored is None:
        return
    work.context.changed()
    missed = _missed(restored)
    rest = [each for each in touched if each.id in missed]
    undone = replace(work, action=replace(work.action, done=work.action.undone))
    again = (lambda: _undo(work, rest)) if rest else None
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
