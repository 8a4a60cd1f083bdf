"""When a freeze is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from onthedot.scheduling.firing.occurrences import last_occurrence, next_occurrences
from onthedot.scheduling.freezes.freeze import FreezeDefinition

#: How many starts are examined for each listed window, since adjacent windows are one.
_LISTED = 10


@dataclass(frozen=True)
class Window:
    """A period in which nothing begins; the end is exclusive."""

    start: datetime
    end: datetime


def window_at(freeze: FreezeDefinition, at: datetime, *, name: str) -> Window | None:
    """The window that contains an instant; None if there is none. `H` in its trigger depends on
    `name`."""
    if freeze.trigger is None or freeze.duration is None:
        if freeze.until is None or freeze.since is None or not freeze.since <= at < freeze.until:
            return None
        return Window(freeze.since, freeze.until)
    # Of overlapping windows the latest counts, because it ends last.
    start = last_occurrence(freeze.trigger, after=at - freeze.duration, until=at, key=name)
    return None if start is None else Window(start, start + freeze.duration)


def next_window(freeze: FreezeDefinition, after: datetime, *, name: str) -> Window | None:
    """The first window that begins after an instant; None if there is none."""
    if freeze.trigger is None or freeze.duration is None:
        if freeze.until is None or freeze.since is None or freeze.since <= after:
            return None
        return Window(freeze.since, freeze.until)
    found = next_occurrences(freeze.trigger, after=after, count=1, key=name)
    return Window(found[0], found[0] + freeze.duration) if found else None


def windows(freeze: FreezeDefinition, now: datetime, *, name: str, count: int) -> list[Window]:
    """The current window and the next ones; adjacent windows are one."""
    present = window_at(freeze, now, name=name)
    found = [] if present is None else [present]
    if freeze.trigger is None or freeze.duration is None:
        following = next_window(freeze, now, name=name)
        return found + ([following] if following else [])
    starts = next_occurrences(freeze.trigger, after=now, count=_LISTED * count, key=name)
    for start in starts:
        if found and start <= found[-1].end:
            found[-1] = Window(found[-1].start, start + freeze.duration)
        elif len(found) == count:
            break
        else:
            found.append(Window(start, start + freeze.duration))
    return found


def without_present_window(freeze: FreezeDefinition, now: datetime) -> FreezeDefinition | None:
    """The freeze from its next window on; None if it has only one window."""
    if freeze.trigger is None:
        return None
    trigger = freeze.trigger.model_copy(update={"start_at": now})
    return FreezeDefinition.part_of(freeze).model_copy(update={"trigger": trigger})


def covers(freeze: FreezeDefinition, tags: tuple[str, ...]) -> bool:
    """Whether a freeze applies to a task with these tags."""
    return freeze.tags == "all" or bool(set(freeze.tags) & set(tags))
