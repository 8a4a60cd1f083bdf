"""Ledgers of tasks, read and compared."""

from __future__ import annotations

from datetime import timedelta

from onthedot.scheduling.action import LogAction
from onthedot.scheduling.ledger.entries import LedgerEntry
from onthedot.scheduling.trigger import IntervalTrigger
from onthedot.service.ledger.ledger import Ledger
from onthedot.service.temporal.calls import Temporal

EVERY_SECOND = IntervalTrigger(every=timedelta(seconds=1))
EVERY_TWO = IntervalTrigger(every=timedelta(seconds=2))
LOG = LogAction(message="hello")


async def entries_of(temporal: Temporal, task_id: str) -> list[LedgerEntry]:
    now = temporal.now()
    return list((await Ledger(temporal).of(task_id, now - timedelta(hours=1), now)).items)
