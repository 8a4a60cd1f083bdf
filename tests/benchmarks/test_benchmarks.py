"""The benchmarks run, on a small scale, and print what they should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.instruments.arrivals import read
from benchmarks.instruments.figures import Figures, Pair, percentile

ROOT = Path(__file__).parent.parent.parent
_EXACTLY_ONCE = ("lost", "twice", "failed", "unclosed", "tasks_timed_out")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """The table and the JSON of a run with few tasks."""
    file = tmp_path_factory.mktemp("benchmarks") / "figures.json"
    small = ["--pairs", "1", "--n", "5", "--only", "once", "recurring", "--json", str(file)]
    # No settings of whoever runs the tests.
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("ONTHEDOT_", "TEMPORAL_"))}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *small],
        cwd=ROOT,
        env=plain,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(file.read_text())


def test_every_call_came_exactly_once(measured: tuple[str, dict[str, Any]]) -> None:
    pairs = measured[1]["pairs"]
    assert set(pairs) == {"once", "recurring"}
    for sides in pairs.values():
        assert set(sides) == {"ours", "bare"}
        for (figures,) in sides.values():
            assert [figures[name] for name in _EXACTLY_ONCE] == [0] * len(_EXACTLY_ONCE)
            assert 0 <= figures["lateness_p50"] <= figures["lateness_max"]


def test_our_runs_need_no_more_of_temporal_than_bare_ones(
    measured: tuple[str, dict[str, Any]],
) -> None:
    for sides in measured[1]["pairs"].values():
        for figure in ("events_a_run", "round_trips_a_run"):
            assert sides["ours"][0][figure] <= sides["bare"][0][figure]


def test_the_table_shows_every_scenario_and_its_targets(
    measured: tuple[str, dict[str, Any]],
) -> None:
    table = measured[0]
    for text in ("One-time: 5 due", "Recurring: 2 due", ">= 0.8", ">= 0.5", "<= 1.0", "stolen"):
        assert text in table


def test_arrivals_tell_lost_and_repeated_calls(tmp_path: Path) -> None:
    log = tmp_path / "receiver.out"
    log.write_text("101.5 a\n100.25 b\n103.0 a\n104.0 other\n105.0 cut o")
    arrivals = read(log, ["a", "b", "c"], due=100.0)
    assert arrivals.late == (0.25, 1.5)
    assert (arrivals.lost, arrivals.twice) == (1, 1)


def test_ratios_are_taken_pair_by_pair() -> None:
    ours, bare = ([Figures(x=value) for value in values] for values in ((1, 2, 9), (2, 2, 3)))
    pair = Pair.of("x", ours, bare)
    assert (pair.ours, pair.bare, pair.ratio, pair.least, pair.most) == (2, 2, 1.0, 0.5, 3.0)


def test_percentiles_are_values_that_were_measured() -> None:
    assert [percentile([1, 2, 3, 4], p) for p in (0, 50, 99, 100)] == [1, 2, 4, 4]
