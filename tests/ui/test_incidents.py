"""What the page of incidents and the overview show for given incidents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from onthedot.scheduling.incidents.incident import (
    FailureCause,
    Incident,
    Incidents,
    MissedInstant,
    TaskName,
)
from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.service.overview.health import SystemHealth
from onthedot.service.temporal.task_queues import SEEN_WITHIN, Poller
from onthedot.ui.pages.incidents.page import begins
from onthedot.ui.pages.incidents.sections import gone_workers
from onthedot.ui.pages.overview_tiles import trouble

T = datetime(2026, 3, 5, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "zone", "now", "since"),
    [
        ("hour", "", T, "2026-03-05T04:00"),
        ("day", "Europe/Rome", T, "2026-03-04T05:00"),
        # Six in the morning in Rome: the night began at eight in the evening there.
        ("night", "Europe/Rome", T, "2026-03-04T19:00"),
        ("night", "", T + timedelta(hours=16), "2026-03-05T20:00"),
        ("night", "Pacific/Auckland", T, "2026-03-04T07:00"),
        ("nonsense", "", T, "2026-03-04T05:00"),
    ],
)
def test_a_span_begins(span: str, zone: str, now: datetime, since: str) -> None:
    assert f"{begins(span, now, zone):%Y-%m-%dT%H:%M}" == since


def _group(runs: int, *, ongoing: bool, never_began: int = 0) -> Incident:
    return Incident(
        cause=FailureCause(type="HttpStatus", message="It returned 503.", id="a"),
        tasks=(TaskName(id="a", name="A"),),
        task_count=1,
        runs=runs,
        never_began=never_began,
        first_at=T,
        last_at=T,
        ongoing=ongoing,
    )


def test_a_worker_that_polls_no_more_is_gone_and_not_ready() -> None:
    killed, there = Poller("1@a", T - 2 * SEEN_WITHIN), Poller("2@a", T)
    state = SystemHealth("a:7233", "default", "onthedot", (there, killed), 0, present=("2@a",))
    assert state.ready == (there,)
    assert gone_workers(state, T) == (killed,)


def test_trouble_is_said_in_a_line() -> None:
    nothing = Incidents(since=T, until=T, items=(), missed=(), late=(), complete=True)
    missed = MissedInstant(
        task_id="a", name="A", at=T, state=LedgerState.MISSED, reason=Reason.CATCHUP
    )
    one = nothing.model_copy(update={"items": (_group(1, ongoing=True),)})
    groups = (_group(1204, ongoing=True), _group(2, ongoing=False))
    more = nothing.model_copy(update={"items": groups, "missed": (missed,)})
    idle = (_group(12, ongoing=True, never_began=12),)
    told = missed.model_copy(update={"reason": Reason.DEADLINE, "run_id": "a~0"})
    not_begun = nothing.model_copy(update={"items": idle, "missed": (told, missed)})
    assert trouble(nothing) == ""
    # Once, although each of them is a run that timed out as well.
    assert trouble(not_begun) == "In the last hour 13 instants did not run."
    assert trouble(one) == "In the last hour 1 run failed for 1 cause, still ongoing."
    assert trouble(more) == (
        "In the last hour 1,206 runs failed for 2 causes, 1 of them ongoing; 1 instant did not run."
    )
