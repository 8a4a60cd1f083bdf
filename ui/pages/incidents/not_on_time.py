"""What did not run and what started late, with an entry for each task and reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from onthedot.scheduling.incidents.incident import Incidents, LateStart, MissedInstant
from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.ui.components.markup import box, card, href, named, text
from onthedot.ui.components.small import When
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.incidents.failures import show_groups
from onthedot.ui.wording.values import counted, precise

_SHOWN = 12

_WHY = {
    Reason.CATCHUP: "came up too late for its catch-up window",
    Reason.OVERLAP: "an earlier run was still in progress",
    Reason.DEADLINE: "no worker picked it up before its deadline",
    Reason.NO_WORKER: "no worker was there",
    Reason.NO_RUN: "there is no run, and nothing explains it",
    Reason.SCHEDULE_PAUSED: "its schedule was paused in Temporal",
    Reason.SCHEDULE_MISSING: "its schedule was gone from Temporal",
    Reason.SCHEDULE_CHANGED: "its schedule was changed in Temporal",
    Reason.TASK_TERMINATED: "its workflow was terminated in Temporal",
}
_TONES = {LedgerState.MISSED: "red", LedgerState.UNKNOWN: "amber"}
_WORDS = {LedgerState.MISSED: "Missed", LedgerState.UNKNOWN: "Unexplained"}


def show_missed(context: PageContext, found: Incidents, tags: tuple[str, ...]) -> None:
    """A card with what did not run: runs that no worker picked up, which can be retried, and
    instants without a run."""
    aside = counted(found.did_not_run, "instant")
    with card("Did not run", aside=aside, body=False):
        if found.not_taken_up:
            show_groups(context, found.not_taken_up, tags)
        if found.without_a_failure:
            _instants(found.without_a_failure)


def _instants(missed: Sequence[MissedInstant]) -> None:
    found: dict[tuple[str, LedgerState, Reason | None], list[MissedInstant]] = defaultdict(list)
    for one in missed:
        found[one.task_id, one.state, one.reason].append(one)
    with box("agenda"):
        for (task_id, state, reason), instants in list(found.items())[:_SHOWN]:
            with named(box("", "a"), href=href(f"/tasks/{task_id}")):
                with box("grow"):
                    text(instants[0].name, "strong wrap", tag="div")
                    why = _WHY.get(reason, reason.value) if reason else ""
                    with box("small muted wrap"):
                        text(counted(len(instants), "instant"))
                        if len(instants) > 1:
                            text(" since ")
                            When(instants[-1].at, "near")
                        text(f": {why}")
                text(_WORDS.get(state, "Skipped"), f"pill {_TONES.get(state, '')}")
                with box("muted small nowrap"):
                    When(instants[0].at, "near")
        _more(len(found))


def show_late(late: Sequence[LateStart]) -> None:
    """A card with late starts; each entry leads to the latest of its runs."""
    found: dict[str, list[LateStart]] = defaultdict(list)
    for one in late:
        found[one.task_id].append(one)
    aside = f"{counted(len(late), 'run')}, more than 10 s each"
    with card("Began late", aside=aside, body=False), box("agenda").style("margin-top: 8px"):
        for starts in list(found.values())[:_SHOWN]:
            with named(box("", "a"), href=href(f"/runs/{starts[0].run_id}")):
                with box("grow"):
                    text(starts[0].name, "strong wrap", tag="div")
                    worst = precise(max(one.lateness for one in starts))
                    said = worst if len(starts) == 1 else f"{len(starts):,} runs, up to {worst}"
                    text(f"{said} late", "small muted")
                with box("muted small nowrap"):
                    When(starts[0].at, "near")
        _more(len(found))


def _more(count: int) -> None:
    if count > _SHOWN:
        with box("muted small"):
            text(f"And {count - _SHOWN:,} more.")
