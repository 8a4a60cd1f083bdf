"""Each instant has one entry, and each entry a state and a reason that are documented."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.ledger.evidence import ScheduleEvidence, SeenRun
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.run import RunCause, RunStatus
from tests.scheduling.ledger.accounts import LONG_AGO, MINUTE, SECOND, T, entry, period, run, told

_SEEN = st.builds(
    run,
    st.integers(0, 40).map(lambda n: T + n * 15 * SECOND),
    status=st.sampled_from(RunStatus),
    took=st.integers(0, 300).map(lambda n: n * SECOND),
    late=st.integers(0, 300).map(lambda n: n * SECOND),
    cause=st.sampled_from([RunCause.TRIGGER, RunCause.BACKFILL]),
)


@given(
    st.lists(_SEEN, max_size=12),
    st.sampled_from(OverlapPolicy),
    st.booleans(),
    st.integers(0, 12).map(lambda n: T + n * MINUTE),
    st.integers(0, 5),
)
def test_every_expected_instant_has_one_entry_whatever_is_seen(
    runs: list[SeenRun], policy: OverlapPolicy, paused: bool, now: datetime, missed: int
) -> None:
    of = [period(entry(overlap=policy, paused=paused))]
    schedule = ScheduleEvidence(LONG_AGO, revision=1, next_at=now + MINUTE, missed=missed)
    until = T + 8 * MINUTE
    found = told(*runs, of=of, now=now, until=until, schedule=schedule)
    instants = [one.at for one in found]
    assert instants == sorted(set(instants))
    assert set(instants) >= {T + n * MINUTE for n in range(9)}
    for one in found:
        assert (one.state in (LedgerState.RAN, LedgerState.RUNNING)) <= (one.run is not None)
        if one.run is not None:
            assert one.run.scheduled_for == one.at
        if one.state is LedgerState.PENDING and one.reason is None:
            assert one.at + 10 * SECOND > now
        if one.state in (LedgerState.SKIPPED, LedgerState.MISSED, LedgerState.UNKNOWN):
            assert one.reason is not None
            assert one.detail


def test_the_reference_names_every_state_and_reason() -> None:
    text = (Path(__file__).parents[3] / "docs" / "reference" / "ledger.md").read_text()
    rows = set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE))
    assert rows == {*LedgerState, *Reason}
