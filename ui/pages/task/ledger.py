"""What happened at each instant of the last day, and why the task last did not run."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from onthedot.scheduling.ledger.entries import LedgerEntry, LedgerPage, LedgerState, Why
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.temporal.calls import Temporal
from onthedot.ui.components.markup import box, card, text
from onthedot.ui.components.small import When
from onthedot.ui.page_context import PageContext
from onthedot.ui.watches import Seen
from onthedot.ui.wording.errors import nothing_to_show

#: Reading a ledger is expensive (histories and lists), so it is not read every second.
_EVERY = timedelta(seconds=15)

_SHOWN = 6
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)")
_TONES = {
    LedgerState.RAN: "green",
    LedgerState.LATE: "amber",
    LedgerState.RUNNING: "blue",
    LedgerState.FAILED: "red",
    LedgerState.MISSED: "red",
    LedgerState.UNKNOWN: "amber",
}
_AS_IT_SHOULD = {LedgerState.RAN, LedgerState.RUNNING, LedgerState.PENDING}


@dataclass(frozen=True)
class _Account:
    ledger: LedgerPage
    why: Why


def show_ledger(context: PageContext, task_id: str) -> None:
    """A live card."""
    with card("Every instant", aside="last day"):
        place = box("stack")

    def show(seen: Seen[_Account]) -> None:
        place.clear()
        with place:
            if seen.value is not None:
                _show(seen.value)
            elif seen.error is not None:
                text(nothing_to_show(seen.error, "What happened at each instant")[1], "muted")

    context.live(
        ("ledger", task_id), lambda: _read(context.site.temporal, task_id), show, every=_EVERY
    )


async def _read(temporal: Temporal, task_id: str) -> _Account:
    ledger = Ledger(temporal)
    page, why = await asyncio.gather(ledger.of(task_id), ledger.why(task_id))
    return _Account(page, why)


def _show(account: _Account) -> None:
    counts = account.ledger.counts
    with box("row").style("flex-wrap: wrap; gap: 6px"):
        for state in LedgerState:
            if counts.get(state):
                text(f"{counts[state]} {state.value}", f"pill {_TONES.get(state, '')}")
        if not account.ledger.items:
            text("Nothing was due yet.", "muted")
    with box("wrap", "p"):
        _prose(account.why.answer)
    others = [one for one in account.ledger.items if one.state not in _AS_IT_SHOULD]
    for entry in reversed(others[-_SHOWN:]):
        _row(entry)


def _prose(answer: str) -> None:
    """A text whose instants are shown in the reader's zone."""
    for part in _INSTANT.split(answer):
        if _INSTANT.fullmatch(part):
            When(datetime.fromisoformat(part), "near")
        elif part:
            text(part)


def _row(entry: LedgerEntry) -> None:
    with box("row").style("align-items: baseline; gap: 8px"):
        text(entry.state.value, f"pill {_TONES.get(entry.state, '')}")
        with box("grow"):
            When(entry.at, "near")
            text(entry.detail, "muted small wrap", tag="p")
