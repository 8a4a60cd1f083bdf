"""A stored answer is used only for exactly the same question."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from temporalio.client import ScheduleIntervalSpec, ScheduleSpec

from tests.scheduling.differential.kept_answers import KeptAnswers

_HOUR = timedelta(hours=1)
_START = datetime(2026, 3, 1, tzinfo=UTC)
_SPEC = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=_HOUR)], time_zone_name="Europe/Rome")
_PERIODS = [(_START, _START + 2 * _HOUR), (_START + 5 * _HOUR, _START + 6 * _HOUR)]
_ANSWER = [[_START + _HOUR, _START + 2 * _HOUR], [_START + 6 * _HOUR]]


def test_nothing_else_is_known() -> None:
    kept = KeptAnswers("a release")
    assert not kept.know(_SPEC, _PERIODS, _ANSWER)
    kept.keep(_SPEC, _PERIODS, _ANSWER)
    assert kept.know(_SPEC, _PERIODS, _ANSWER)

    one, two = _ANSWER
    for other in ([one], [one, []], [one[:1], two], [[*one, *two], []], [two, one]):
        assert not kept.know(_SPEC, _PERIODS, other)
    for spec in (replace(_SPEC, time_zone_name="Europe/Paris"), replace(_SPEC, jitter=_HOUR)):
        assert not kept.know(spec, _PERIODS, _ANSWER)
    assert not kept.know(_SPEC, _PERIODS[:1], _ANSWER)


def test_another_release_has_to_be_asked() -> None:
    kept, other = KeptAnswers("a release"), KeptAnswers("another release")
    kept.keep(_SPEC, _PERIODS, _ANSWER)
    other._kept = kept._kept
    assert not other.know(_SPEC, _PERIODS, _ANSWER)
