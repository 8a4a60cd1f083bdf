"""Compares the server's instants around clock changes with those of the tasks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from onthedot.importing.clocks.nights import in_words, nights
from onthedot.importing.collector import Collector
from onthedot.importing.imported import Difference
from onthedot.importing.yaml_source import Located
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.firing.zones import ZoneError, zone_named

_ORIGINAL = "Temporal"
#: Longer than any window of `fetch`, even with several changes in a short time.
_LONGEST = timedelta(days=14)


def name_nights(described: Located, found: Collector, added: Sequence[str], zone: str) -> None:
    """Notes each night of a clock change on which server and tasks differ."""
    line = described.line_of("schedule", "spec")
    try:
        changing = next(nights(zone_named(zone), found.at), None) is not None
    except ZoneError:
        return
    tasks = [found.task(task_id) for task_id in added]
    if not changing or all(task.trigger.kind == "interval" for task in tasks):
        return
    jitter = bool(described.at("schedule", "spec", "jitter"))
    windows = list(described.items("nights"))
    if not windows or (jitter and len(tasks) > 1):
        found.check(
            line,
            f"{_ORIGINAL} fires differently on nights of clock changes in {zone}: local times "
            "that are skipped are left out, and of those that repeat runs may be lost or added. "
            "Here each listed time runs once, after the gap where it is skipped."
            + (" Read it from its server to have the nights named." if not windows else ""),
            added[0],
        )
        return
    seed = described.text("jitterSeed") or None
    differing: list[Difference] = []
    for window in windows:
        opens, closes = window.instant("from"), window.instant("to")
        if opens is None or closes is None or closes - opens > _LONGEST:
            continue
        there = {
            at for n in range(len(window.sequence("times"))) if (at := window.instant("times", n))
        }
        here: set[datetime] = set()
        for task_id, task in zip(added, tasks, strict=True):
            due = occurrences(task.trigger, after=opens, key=task_id, jitter_seed=seed)
            here |= set(takewhile(lambda at, until=closes: at <= until, due))  # type: ignore[misc]
        differing += [Difference(added[0], at, at in here) for at in sorted(here ^ there)]
    found.differs(differing)
    if differing:
        found.changed(line, in_words(differing, zone, _ORIGINAL), added[0])
