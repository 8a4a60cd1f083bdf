"""The freezes as one worker knows them: read every two seconds, once for all runs.

1. A run calls `may_be_in_force`, which adds no history event. Without a freeze, that is all.
2. Otherwise an activity gives the verdict, by the tags of the task, with the name of the freeze.
3. If the worker cannot read the freezes, it does not guess: runs wait until they are known.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

from prometheus_client import Gauge
from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError

from onthedot import naming
from onthedot.activities.missing import missing_ok
from onthedot.activities.schedule.off_loop import off_loop
from onthedot.scheduling.errors import OnTheDotError
from onthedot.scheduling.freezes.freeze import FreezeDefinition, release_after
from onthedot.scheduling.freezes.windows import Window, covers, next_window, window_at
from onthedot.scheduling.stored.freeze_order import (
    FreezeOrder,
    FreezeQuestion,
    FreezeVerdict,
    WindowAnswer,
    WindowQuestion,
)

_LOG = logging.getLogger("onthedot.freezes")

KNOWN = Gauge("onthedot_freezes_known", "Whether the worker can read the freezes: 1 or 0.")

#: A freeze is in force within five seconds: this, plus the lag of Temporal's lists.
_EVERY_SECONDS = 2.0
#: An older reading does not count: there may be changes that could not be read.
_STALE_SECONDS = 7.0
#: How long one reading, and one question, may take.
_PATIENCE_SECONDS = 3.0
#: A freeze that is replaced can be missing from a list for a moment.
_MISSED_READINGS = 2
#: Workers get a run shortly before its time.
_AHEAD = timedelta(seconds=1)


@dataclass(frozen=True)
class KnownFreeze:
    """A freeze, with its current and its next window."""

    name: str
    definition: FreezeDefinition
    windows: tuple[Window, ...]
    missed: int = 0
    """In how many readings it was missing."""

    def window(self, at: datetime) -> Window | None:
        """The window that contains an instant."""
        return next((w for w in self.windows if w.start <= at < w.end), None)


class FreezeWatch:
    """Keeps reading the freezes, and answers questions about them."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._standing: tuple[KnownFreeze, ...] = ()
        self._read: float | None = None
        self._first = asyncio.Event()

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            await self._try()
            await asyncio.sleep(_EVERY_SECONDS)

    async def ready(self) -> None:
        """Return once they have been read, or after a moment."""
        try:
            await asyncio.wait_for(self._first.wait(), _PATIENCE_SECONDS)
        except TimeoutError:
            return

    @property
    def known(self) -> bool:
        """Whether they were read recently."""
        return self._read is not None and monotonic() - self._read < _STALE_SECONDS

    def may_be_in_force(self, due: datetime) -> bool:
        """Whether a run that is due then needs a verdict. Called from the threads of workflows."""
        at = max(due, datetime.now(UTC))
        return not self.known or any(
            w.start - _AHEAD <= at < w.end for f in self._standing for w in f.windows
        )

    @activity.defn(name=naming.CHECK_FREEZE)
    async def check(self, question: FreezeQuestion) -> FreezeVerdict:
        """Which freeze keeps a run from starting, if any."""
        if not self.known:
            await self._try()
        if not self.known:
            return FreezeVerdict(unknown=True)
        at = max(question.due, datetime.now(UTC))
        found = [(f, w) for f in self._standing if (w := f.window(at)) is not None]
        if any(f.definition.tags != "all" for f, _ in found):
            try:
                tags = await self._tags(question.task_id)
            except (RPCError, TimeoutError):
                return FreezeVerdict(unknown=True)
            found = [(f, w) for f, w in found if covers(f.definition, tags)]
        if not found:
            return FreezeVerdict()
        freeze, window = max(found, key=lambda pair: (pair[1].end, pair[0].name))
        return FreezeVerdict(
            name=freeze.name,
            note=freeze.definition.note,
            until=window.end,
            release_after=release_after(question.task_id, freeze.definition.release_over),
        )

    @activity.defn(name=naming.FIND_WINDOW)
    async def window(self, question: WindowQuestion) -> WindowAnswer:
        """The window at an instant, or else the next one."""
        definition, name = question.definition, question.name
        found = await off_loop(window_at, definition, question.at, name=name) or await off_loop(
            next_window, definition, question.at, name=name
        )
        return WindowAnswer(start=found.start, end=found.end) if found else WindowAnswer()

    async def _try(self) -> None:
        was_known = self.known
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                found = await self._listed()
        except (OnTheDotError, RPCError, RuntimeError, TimeoutError) as error:
            # A freeze of a later release, or sealed with a missing key, stops all runs.
            if not self.known:
                KNOWN.set(0)
                if was_known or self._read is None:
                    _LOG.warning("no run starts until the freezes can be read: %s", error)
            return
        if not was_known and self._read is not None:
            _LOG.info("the freezes can be read again")
        self._standing = await off_loop(_with_windows, found, self._standing, datetime.now(UTC))
        self._read = monotonic()
        KNOWN.set(1)
        self._first.set()

    async def _listed(self) -> dict[str, FreezeDefinition | None]:
        """The freezes by name; None for a lifted one."""
        query = f"WorkflowType = '{naming.FREEZE}' AND ExecutionStatus = 'Running'"
        latest: dict[str, tuple[datetime, FreezeDefinition | None]] = {}
        async for execution in self._client.list_workflows(query, page_size=1000):
            order = await execution.memo_value(naming.FREEZE_MEMO, None, type_hint=FreezeOrder)
            if order is None:
                continue
            stored, began = order.as_of(execution.start_time), execution.start_time
            lifted = stored is None or stored.lifted
            if order.name not in latest or latest[order.name][0] < began:
                definition = None if stored is None or lifted else stored.definition
                latest[order.name] = (began, definition)
        return {name: definition for name, (_, definition) in latest.items()}

    async def _tags(self, task_id: str) -> tuple[str, ...]:
        handle = self._client.get_workflow_handle(naming.task_workflow(task_id))
        with missing_ok:
            described = await handle.describe(rpc_timeout=timedelta(seconds=_PATIENCE_SECONDS))
            return tuple(described.typed_search_attributes.get(naming.TAGS) or ())
        return ()


def _with_windows(
    found: dict[str, FreezeDefinition | None], before: Sequence[KnownFreeze], now: datetime
) -> tuple[KnownFreeze, ...]:
    standing = [
        KnownFreeze(name, definition, _windows(name, definition, now))
        for name, definition in found.items()
        if definition is not None
    ]
    standing += [
        KnownFreeze(old.name, old.definition, old.windows, old.missed + 1)
        for old in before
        if old.name not in found and old.missed < _MISSED_READINGS
    ]
    return tuple(standing)


def _windows(name: str, definition: FreezeDefinition, now: datetime) -> tuple[Window, ...]:
    found = (
        window_at(definition, now, name=name),
        next_window(definition, now, name=name),
    )
    return tuple(window for window in found if window is not None)
