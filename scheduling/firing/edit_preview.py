"""The effect of an edit: the runs before and after it, those gained and those lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from onthedot.scheduling.values import Instant, Model


class EditPreview(Model):
    """The next runs under the current definition and under the proposed one."""

    before: tuple[Instant, ...]
    after: tuple[Instant, ...]
    gained: tuple[Instant, ...]
    lost: tuple[Instant, ...]


def compare(before: Sequence[datetime], after: Sequence[datetime], *, count: int) -> EditPreview:
    """Compare two lists of at most `count` next runs, as far as both reach.

    A list with `count` runs continues after its last one; runs of the other list after that instant
    are neither gained nor lost.
    """
    ends = [runs[-1] for runs in (before, after) if len(runs) == count]
    horizon = min(ends) if ends else None

    def within(runs: Sequence[datetime]) -> set[datetime]:
        return {at for at in runs if horizon is None or at <= horizon}

    first, second = within(before), within(after)
    return EditPreview(
        before=tuple(before),
        after=tuple(after),
        gained=tuple(sorted(second - first)),
        lost=tuple(sorted(first - second)),
    )
