"""When a freeze is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from onthedot.scheduling.firing.occurrences import last_occurrence, next_occurrences
from onthedot.scheduling.freezes.freeze import FreezeDefinition

#: So many starts are examined for each window that is listed, as some windows meet.
_LISTED = 10


@dataclass(frozen=True)
class Window:
    """A span during which nothing begins; the end is not part of it."""

    start: datetime
    end: datetime


def window_at(freeze: FreezeDefinition, at: datetime, *, name: str) -> Window | None:
    """The window that an instant lies in; None if there is none. `name` is what `H` in its
    trigger depends on."""
    if freeze.trigger is None or freeze.duration is None:
        if freeze.until is None or freeze.since is None or not freeze.since <= at < freeze.until:
            return None
        return Window(freeze.since, freeze.until)
    # The latest one counts: where windows overlap, the later one ends later.
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
    """The window that lasts at present, and the next ones; those that meet are one."""
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
    """The freeze from its next window on; None if it has a single one."""
    if freeze.trigger is None:
        return None
    fields = {name: getattr(freeze, name) for name in FreezeDefinition.model_fields}
    return FreezeDefinition(
        **fields | {"trigger": freeze.trigger.model_copy(update={"start_at": now})}
    )


def covers(freeze: FreezeDefinition, tags: tuple[str, ...]) -> bool:
    """Whether a freeze concerns a task with these tags."""
    return freeze.tags == "all" or bool(set(freeze.tags) & set(tags))
