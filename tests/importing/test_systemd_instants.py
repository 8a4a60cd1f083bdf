"""Two years of timers by systemd's own rules: asked where it is, and from a table made with it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from onthedot.importing.clocks.nights import nights
from onthedot.importing.imported import Source
from onthedot.scheduling.firing.zones import zone_named
from tests.importing import systemd_oracle
from tests.importing.comparison import AT, HALF_HOUR, ZONES, Tally, as_original, imported

pytestmark = pytest.mark.timeout(600)

TABLE = json.loads((Path(__file__).parent / "tables" / "systemd.json").read_text())


def timer(expression: str, zone: str) -> str:
    return f"[Timer]\nOnCalendar={expression} {zone}\n"


def _around_changes(times: set[datetime], zone: str) -> set[datetime]:
    windows = list(nights(zone_named(zone), AT))
    return {at for at in times if any(opens < at <= closes for opens, closes in windows)}


def test_two_years_are_those_of_the_table() -> None:
    tally = Tally(TABLE["systemd"])
    for case in TABLE["cases"]:
        found = imported(Source.SYSTEMD, timer(case["expression"], case["zone"]), name="job.timer")
        ours = as_original(found, found.tasks)
        tally.compare_digest(
            case, found, ours if case["whole"] else _around_changes(ours, case["zone"])
        )
    print(f"{len(TABLE['gives_up'])} cases on which systemd itself gives up")
    tally.close()


def _release(version: str) -> str:
    """`systemd 252 (252.38-1)` without the packager's part."""
    return " ".join(version.split()[:2])


@pytest.mark.skipif(
    systemd_oracle.program() is None
    or _release(systemd_oracle.version()) != _release(TABLE["systemd"]),
    reason=f"{_release(TABLE['systemd'])} is not here, so that the table alone is compared",
)
def test_around_clock_changes_they_are_those_of_systemd_here() -> None:
    tally = Tally("systemd")
    for zone in (*ZONES[:4], HALF_HOUR):
        for expression in (*systemd_oracle.SELDOM[::2], *systemd_oracle.OFTEN):
            found = imported(Source.SYSTEMD, timer(expression, zone), name="job.timer")
            expected = _around_changes(as_original(found, found.tasks), zone)
            try:
                theirs = systemd_oracle.around_changes(expression, zone, expected)
            except systemd_oracle.GivesUp:
                continue
            tally.cases += 1
            tally.instants += len(theirs)
            tally.named += len(found.differences)
            if theirs != expected:
                tally.unnamed.append(f"{expression} {zone}: {sorted(theirs ^ expected)[:4]}")
    tally.close()
