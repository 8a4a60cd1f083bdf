from __future__ import annotations

from datetime import timedelta

import pytest

from onthedot.ui.wording.durations import as_value, human, precise


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("30", 30),
        ("30s", 30),
        ("5 min", 300),
        ("1h 30m", 5400),
        ("1 h, 30 min", 5400),
        ("2 d", 172_800),
        ("0.5 s", 0.5),
        ("250 ms", 0.25),
        ("PT30S", "PT30S"),
        ("soon", "soon"),
        ("5 parsecs", "5 parsecs"),
        ("", ""),
    ],
)
def test_what_people_write_is_read(written: str, value: object) -> None:
    assert as_value(written) == value


@pytest.mark.parametrize(
    "seconds", [0, 1, 59, 60, 61, 3600, 5400, 86_400, 90_061, 604_800, 0.25, 90.5]
)
def test_what_is_shown_reads_back_the_same(seconds: float) -> None:
    assert as_value(human(timedelta(seconds=seconds))) == seconds


def test_measured_lengths_are_short() -> None:
    assert precise(None) == "–"
    assert precise(timedelta(milliseconds=12)) == "12 ms"
    assert precise(timedelta(seconds=1.2)) == "1.20 s"
    assert precise(timedelta(seconds=184)) == "3 min 4 s"
