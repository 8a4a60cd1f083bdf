"""Other cron libraries, where they know the dialect, agree with our instants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter
from cronsim import CronSim, CronSimError
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from onthedot.scheduling.cron.expression import parse_cron
from onthedot.scheduling.cron.fields import CronError
from onthedot.scheduling.firing.clock_changes import changes, instant
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.trigger import CronTrigger
from tests.scheduling.differential.expressions import CHOSEN, ZONES, expressions

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
#: cronsim loses an instant in this zone's half-hour overlap.
HALF_HOUR = "Australia/Lord_Howe"


def _ours(expression: str, zone: str, after: datetime, count: int) -> list[datetime]:
    trigger = CronTrigger(expression=expression, timezone=zone)
    return list(islice(occurrences(trigger, after=after, key="k"), count))


def _cronsim(expression: str, zone: str, after: datetime, count: int) -> list[datetime]:
    found: list[datetime] = []
    for at in CronSim(expression, after.astimezone(ZoneInfo(zone))):
        moved = at.astimezone(UTC)
        # Two listed times that one gap moves to the same instant are one run.
        if not found or moved != found[-1]:
            found.append(moved)
        if len(found) == count or at.year > 2100:
            break
    return [at for at in found if at.year <= 2100]


def _agree(expression: str, zone: str, after: datetime, count: int) -> None:
    assert _ours(expression, zone, after, count) == _cronsim(expression, zone, after, count)


def _near_changes(zone: str) -> Iterator[datetime]:
    start = int(START.timestamp())
    for change in changes(ZoneInfo(zone), start, start + 731 * 86_400):
        yield instant(change.at) - timedelta(hours=27)


def _wild(expression: str) -> bool:
    """Whether it fires at whatever local time matches, rather than once for each listed time."""
    return parse_cron(expression, "k").wild


def _known_to_cronsim(expression: str) -> bool:
    """It knows five fields with these rules; seconds have no rule for clock changes there, and a
    wild expression loses or invents instants on days without a midnight and in zones that are off
    by a quarter of an hour: enumeration judges those.
    """
    if len(expression.split()) != 5:
        return False
    try:
        CronSim(expression, START)
        return not _wild(expression)
    except (CronError, CronSimError):
        return False


@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])
@given(expressions(plain=True), st.sampled_from([z for z in ZONES if z != HALF_HOUR]))
@example("30 23 * * 6", "America/Nuuk")
def test_cronsim_agrees(expression: str, zone: str) -> None:
    assume(_known_to_cronsim(expression))
    for after in (START, *_near_changes(zone)):
        _agree(expression, zone, after, 40)


@pytest.mark.parametrize("expression", [e for e in CHOSEN if _known_to_cronsim(e)])
def test_cronsim_agrees_on_chosen_ones(expression: str) -> None:
    for zone in ZONES:
        if zone == HALF_HOUR:
            continue
        for after in _near_changes(zone):
            _agree(expression, zone, after, 60)


@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])
@given(expressions(plain=True), st.sampled_from(ZONES))
@example("*/20 * * * *", "Europe/Paris")
@example("*/44 */2 * * *", "Pacific/Chatham")
def test_wild_expressions_are_every_instant_that_matches(expression: str, zone: str) -> None:
    assume(len(expression.split()) == 5 and _compiles(expression) and _wild(expression))
    _is_enumerated(expression, zone)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "expression",
    ["0 */2 * * *", "*/15 * * * *", "* */2 */11 * *", "*/10 0-3,23 * * *", "0 * * * 0,6"],
)
def test_chosen_wild_expressions(expression: str, zone: str) -> None:
    _is_enumerated(expression, zone)


def _compiles(expression: str) -> bool:
    try:
        parse_cron(expression, "k")
    except CronError:
        return False
    return True


def _is_enumerated(expression: str, name: str) -> None:
    """Around each change, minute by minute: half-hour overlaps and missing midnights too."""
    cron = parse_cron(expression, "k")
    for start in _near_changes(name):
        expected = [
            at
            for at, shown in _minutes(name, start)
            if shown.minute in cron.minutes
            and shown.hour in cron.hours
            and cron.days.days(shown.year, shown.month) >> shown.day & 1
        ]
        assert _ours(expression, name, start, len(expected)) == expected


@cache
def _minutes(name: str, start: datetime) -> list[tuple[datetime, datetime]]:
    """The minutes of 54 hours, each with what clocks of the zone show then."""
    zone, minute = ZoneInfo(name), timedelta(minutes=1)
    instants = [start + number * minute for number in range(1, 60 * 54 + 1)]
    return [(at, at.astimezone(zone)) for at in instants]


@settings(max_examples=400, suppress_health_check=[HealthCheck.filter_too_much])
@given(expressions(hashed=False))
@example("0 0 15W * ?")
@example("0 0 25-L * *")
@example("0 12 * * 6-1")
@example("50-10 * * * *")
def test_croniter_agrees_in_utc(expression: str) -> None:
    """croniter gives the meaning; where both day fields restrict and one has # or W, it has none
    that follows its own OR rule, and that is not asked."""
    assume(_known_to_croniter(expression))
    seconds = len(expression.split()) == 6
    theirs = croniter(
        _in_its_spelling(expression),
        START,
        ret_type=datetime,
        second_at_beginning=seconds,
        implement_cron_bug=True,
        max_years_between_matches=80,
    )
    ours = _ours(expression, "UTC", START, 10)
    assert ours == [theirs.get_next() for _ in ours]


def _known_to_croniter(expression: str) -> bool:
    *_, day, _month, weekday = expression.upper().split()
    special = "W" in day or "#" in weekday or "L" in weekday
    mixed = "," in weekday or "," in day or "LW" in day
    both = not (day.startswith(("*", "?")) or weekday.startswith(("*", "?")))
    if special and (both or mixed or day.startswith("*/") or weekday.startswith("*/")):
        return False
    return _compiles(expression)


def _in_its_spelling(expression: str) -> str:
    """croniter writes `L5` for `5L`."""
    *fields, weekday = expression.split()
    if weekday.endswith(("L", "l")) and weekday[:-1].isdigit():
        weekday = f"L{weekday[:-1]}"
    return " ".join([*fields, weekday])
