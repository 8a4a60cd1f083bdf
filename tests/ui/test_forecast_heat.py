"""The heat map of a forecast: hours of the reader's days, clock changes, freezes and named days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from onthedot.scheduling.forecast.report import Forecast
from onthedot.service.overview.influences import FrozenWindow, Influences
from onthedot.ui.pages.forecast.chart import heat_rows

_HOUR = timedelta(hours=1)


def _forecast(since: datetime, hours: int, starts: int = 1) -> Forecast:
    return Forecast.model_validate(
        {
            "from": since,
            "until": since + hours * _HOUR,
            "step": _HOUR,
            "tasks": 1,
            "total": hours * starts,
            "starts": (starts,) * hours,
            "capacity_per_second": 100,
            "last_start_late": timedelta(0),
            "busiest": (),
        }
    )


def test_each_start_is_counted_once_on_nights_when_clocks_change() -> None:
    for since, hours, changed, note in (
        (datetime(2026, 10, 23, 22, tzinfo=UTC), 73, 2, "Clocks go back"),
        (datetime(2027, 3, 26, 23, tzinfo=UTC), 71, None, "Clocks go forward"),
    ):
        rows = heat_rows(_forecast(since, hours), Influences(), zone="Europe/Rome", tag="")
        assert len(rows) == 3
        assert sum(count or 0 for row in rows for count in row["counts"]) == hours
        (other,) = [row for row in rows if row["note"]]
        assert other["note"] == note
        assert other["counts"][2] == changed


def test_hours_outside_the_span_are_none_and_others_lead_to_their_tasks() -> None:
    since = datetime(2026, 12, 1, 20, tzinfo=UTC)
    first, second = heat_rows(_forecast(since, 6), Influences(), zone="", tag="a b")
    assert first["counts"][19:] == [None, 1, 1, 1, 1]
    assert second["counts"][:3] == [1, 1, None]
    assert first["paths"][19] == ""
    asked = "from=2026-12-01T20%3A00%3A00Z&until=2026-12-01T21%3A00%3A00Z&tag=a+b"
    assert first["paths"][20] == f"/forecast?{asked}"


def test_freezes_and_named_days_are_in_it() -> None:
    since = datetime(2026, 12, 24, 22, tzinfo=UTC)
    window = FrozenWindow("xmas", since + 90 * timedelta(minutes=1), since + 3 * _HOUR, True)
    around = Influences((window,), {date(2026, 12, 25): "Christmas Day"})
    eve, day = heat_rows(_forecast(since, 6), around, zone="", tag="")
    assert (eve["note"], day["note"]) == ("", "Christmas Day")
    assert [name for name in eve["frozen"] if name] == ["xmas"]
    assert day["frozen"][:2] == ["xmas", ""]
