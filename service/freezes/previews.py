"""Previews when a freeze would be in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from onthedot.scheduling.checking.freeze import settle_freeze
from onthedot.scheduling.freezes.freeze import FreezeDefinition
from onthedot.scheduling.freezes.windows import Window, windows
from onthedot.scheduling.wording.trigger import describe
from onthedot.service.arithmetic import SINGLE
from onthedot.service.temporal.calls import Temporal

#: How many windows are listed.
COUNT = 5


@dataclass(frozen=True)
class FreezePreview:
    """When windows begin, in words, and the next windows; the first may be in force already."""

    description: str
    windows: tuple[Window, ...]
    in_force: bool


async def preview_freeze(
    temporal: Temporal, name: str, definition: FreezeDefinition
) -> FreezePreview:
    """The next windows of a freeze. `name` is what `H` in its trigger depends on.

    Raises:
        InvalidDefinition: it is invalid, or never in force.
        Busy: too many computations are in progress.
    """
    return await SINGLE.work_out(_preview, definition, name, temporal.now())


def _preview(definition: FreezeDefinition, name: str, now: datetime) -> FreezePreview:
    settled = settle_freeze(definition, name=name, now=now)
    found = windows(settled, now, name=name, count=COUNT)
    said = describe(settled.trigger, key=name) if settled.trigger else ""
    return FreezePreview(said, tuple(found), bool(found) and found[0].start <= now)
