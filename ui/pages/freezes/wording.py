"""A freeze in words."""

from __future__ import annotations

from onthedot.scheduling.freezes.freeze import Freeze, FreezeDefinition, Then
from onthedot.scheduling.wording.phrases import joined
from onthedot.scheduling.wording.trigger import describe
from onthedot.ui.wording.values import human

THEN = {
    Then.HOLD.value: "is held: the last run of each task follows at the end",
    Then.SKIP.value: "is skipped",
}


def concerned(freeze: FreezeDefinition) -> str:
    """Which tasks it affects."""
    if freeze.tags == "all":
        return "All tasks."
    return f"Tasks tagged {joined(freeze.tags, 'or')}."


def outcome(freeze: FreezeDefinition) -> str:
    """What happens to occurrences in its windows."""
    said = f"What is due {THEN[freeze.then]}"
    if freeze.then is not Then.HOLD:
        return f"{said}."
    over = freeze.release_over
    return f"{said}, {f'within {human(over)}' if over else 'all at once'}."


def recurrence(freeze: Freeze) -> str:
    """When its windows begin, and how long each lasts; empty for a single one."""
    if freeze.trigger is None or freeze.duration is None:
        return ""
    zone = f" ({freeze.trigger.timezone})"
    return f"{describe(freeze.trigger, key=freeze.name)}{zone}, for {human(freeze.duration)}"
