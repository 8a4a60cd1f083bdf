"""The windows of a freeze: current, upcoming and adjacent ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from onthedot.scheduling.freezes.freeze import FreezeDefinition
from onthedot.scheduling.freezes.windows import window_at, windows, without_present_window

_HOUR = timedelta(hours=1)
#: A Sunday.
_NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def _freeze(**fields: Any) -> FreezeDefinition:
    return FreezeDefinition.model_validate(fields)


def _nightly(hours: float, expression: str = "0 22 * * *") -> FreezeDefinition:
    trigger = {"kind": "cron", "expression": expression}
    return _freeze(trigger=trigger, duration=3600 * hours)


def test_those_to_come_are_listed_after_the_one_that_lasts() -> None:
    at = _NOON + 11 * _HOUR
    found = windows(_nightly(8), at, name="n", count=3)
    starts = [_NOON + timedelta(days=n, hours=10) for n in range(3)]
    assert [(one.start, one.end) for one in found] == [(s, s + 8 * _HOUR) for s in starts]


def test_windows_that_meet_are_one() -> None:
    found = windows(_nightly(24, "0 0 * * 5,6"), _NOON, name="n", count=2)
    assert [one.end - one.start for one in found] == [timedelta(days=2)] * 2


def test_a_single_one_is_listed_whether_it_lasts_or_comes() -> None:
    single = _freeze(**{"from": _NOON, "until": _NOON + _HOUR})
    for now, many in ((_NOON - _HOUR, 1), (_NOON, 1), (_NOON + _HOUR, 0)):
        assert len(windows(single, now, name="n", count=5)) == many


def test_the_one_that_lasts_can_be_left_out() -> None:
    at = _NOON + 11 * _HOUR
    rest = without_present_window(_nightly(8), at)
    assert rest is not None
    assert window_at(rest, at, name="n") is None
    found = windows(rest, at, name="n", count=1)
    assert found[0].start == _NOON + 34 * _HOUR
    assert without_present_window(_freeze(**{"from": _NOON, "until": at}), at) is None
