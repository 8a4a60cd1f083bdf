"""Ways to spread the busiest instant, with a button to apply one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from onthedot.scheduling.errors import OnTheDotError
from onthedot.scheduling.forecast.exchange import Exchange
from onthedot.scheduling.forecast.report import Forecast, Spread, Way
from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.markup import box, button, card, text
from onthedot.ui.components.small import When
from onthedot.ui.page_context import PageContext
from onthedot.ui.reads import task_state
from onthedot.ui.wording.values import counted, human, precise

_SHOWN = 8
_AT_ONCE = 5
_LABELS = {Way.HASH: "H as the minute", Way.JITTER: "Jitter", Way.OFFSET: "Offset"}
_MEANS = {
    Way.HASH: "each task gets its own fixed minute, derived from its id",
    Way.JITTER: "each run is delayed, by up to this much",
    Way.OFFSET: "tasks are spaced evenly",
}


def show_ways(context: PageContext, found: Forecast, tag: str) -> None:
    """A card for the busiest instant; nothing if there is no way to spread it."""
    busy = found.busiest[0]
    if not busy.spread:
        return
    with card("Spread the busiest instant", aside=f"{busy.starts:,} at once now"), box("ways"):
        for way in busy.spread:
            with box():
                with box("grow"):
                    text(_title(way), "strong", tag="div")
                    text(f"{_MEANS[way.how].capitalize()}.", "small muted", tag="div")
                text(_outcome(way), "small")
                button(
                    "Spread…",
                    _asks(context, found, way, tag),
                    "small",
                    aria=f"Spread by {_LABELS[way.how].lower()}",
                    why_not=context.why_not("replace_task"),
                )


def _title(way: Spread) -> str:
    wide = f" of up to {human(way.jitter)}" if way.jitter else ""
    return f"{_LABELS[way.how]}{wide} for {counted(way.tasks, 'task')}"


def _outcome(way: Spread) -> str:
    late = f", the last {precise(way.last_start_late)} late" if way.last_start_late else ""
    return f"{way.starts:,} at once{late}"


def _asks(
    context: PageContext, found: Forecast, way: Spread, tag: str
) -> Callable[[], Awaitable[None]]:
    async def pressed() -> None:
        at = found.busiest[0].at
        changes = await context.tried(context.forecasts.exchanges(at, way.how, tag))
        if not changes:
            return
        with context.overlay, Modal(_title(way), label="Spread tasks", wide=True) as modal:
            runs = sum(len(one.preview.before) for one in changes)
            moved = sum(len(one.preview.lost) for one in changes)
            text(
                f"{moved:,} of their next {runs:,} runs move to other instants. "
                "Each change is a new revision; you can restore the one before.",
                "muted wrap",
                tag="p",
            )
            for one in changes[:_SHOWN]:
                _preview(one)
            if len(changes) > _SHOWN:
                text(f"And {len(changes) - _SHOWN:,} more.", "small muted", tag="p")

            async def go() -> None:
                await _spread(context, changes)
                modal.dismiss()

            modal.add_foot(f"Change {counted(len(changes), 'task')}", go)

    return pressed


def _preview(one: Exchange) -> None:
    with box("row small"):
        text(one.task.name or one.task.id, "strong grow wrap")
        if one.preview.lost:
            text("instead of", "muted")
            When(one.preview.lost[0], "near")
        if one.preview.gained:
            text("at", "muted")
            When(one.preview.gained[0], "near")


async def _spread(context: PageContext, changes: list[Exchange]) -> None:
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(change: Exchange) -> bool:
        async with places:
            try:
                found = await task_state(context.temporal, change.task.id)
                if found.revision != change.task.revision:
                    return False
                spread = found.definition.model_copy(update={"trigger": change.trigger})
                await context.uses.replace_task(change.task.id, spread, if_match=found.revision)
            except OnTheDotError:
                return False
            return True

    done = sum(await asyncio.gather(*map(one, changes)))
    left = len(changes) - done
    if left:
        context.toasts.say(
            f"Spread {done:,} tasks; {left:,} were changed by someone else in the meantime, or "
            "refused the change.",
            tone="red",
        )
    else:
        context.toasts.say(f"Spread {done:,} tasks.")
    context.changed()
