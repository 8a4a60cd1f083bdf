"""Two years of DAGs by Airflow's rules: by croniter as Airflow uses it, and from Airflow's own
timetables, whose instants are in a table."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter

from onthedot.importing.imported import Source
from tests.importing.airflow_oracle import expressions
from tests.importing.comparison import AT, HALF_HOUR, UNTIL, Tally, as_original, imported

pytestmark = pytest.mark.timeout(600)

TABLE = json.loads((Path(__file__).parent / "tables" / "airflow.json").read_text())
PRESETS = {"@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@quarterly": "0 0 1 */3 *"}


def dag(expression: str, zone: str) -> str:
    return (
        "import pendulum\nfrom airflow import DAG\n"
        f"start = pendulum.datetime(2024, 1, 1, tz={zone!r})\n"
        f"DAG('job', schedule={expression!r}, start_date=start)\n"
    )


def _by_croniter(expression: str, zone: str) -> set[datetime]:
    """Naive local times by croniter. Where hours are restricted each is made an instant, the
    later one where it comes twice; else real time goes on as far as the local time does."""
    tz = ZoneInfo(zone)
    found: set[datetime] = set()
    at = AT
    cron = croniter(PRESETS.get(expression, expression))
    every_hour = cron.expanded[1] == ["*"]
    while True:
        naive = at.astimezone(tz).replace(tzinfo=None)
        following: datetime = cron.get_next(datetime, start_time=naive)
        at = at + (following - naive) if every_hour else _instant(following, tz)
        if at > UNTIL:
            return found
        found.add(at)


def _instant(naive: datetime, tz: ZoneInfo) -> datetime:
    later = naive.replace(tzinfo=tz, fold=1).astimezone(UTC)
    shown = later.astimezone(tz).replace(tzinfo=None)
    return later if shown == naive else naive.replace(tzinfo=tz, fold=0).astimezone(UTC)


@pytest.mark.parametrize("zone", ["Europe/Rome", "America/Santiago", HALF_HOUR])
def test_two_years_are_those_of_croniter_as_airflow_uses_it(zone: str) -> None:
    tally = Tally(f"airflow {zone}")
    for expression in expressions(zone, often=False):
        found = imported(Source.AIRFLOW, dag(expression, zone), name="job.py")
        tally.compare(f"{expression} {zone}", found, found.tasks, _by_croniter(expression, zone))
    tally.close()


def test_two_years_are_those_of_airflows_timetables() -> None:
    tally = Tally(f"Airflow {TABLE['airflow']}")
    for case in TABLE["cases"]:
        found = imported(Source.AIRFLOW, dag(case["expression"], case["zone"]), name="job.py")
        tally.compare_digest(case, found, as_original(found, found.tasks))
    tally.close()


def test_a_timedelta_counts_from_its_start_date() -> None:
    text = (
        "from datetime import datetime, timedelta\n"
        "DAG('job', schedule=timedelta(hours=7), start_date=datetime(2026, 11, 20, 3))\n"
    )
    found = imported(Source.AIRFLOW, text, name="job.py")
    start = datetime(2026, 11, 20, 3, tzinfo=UTC)
    expected = {start + timedelta(hours=7) * n for n in range(3000)}
    assert as_original(found, found.tasks) == {at for at in expected if AT < at <= UNTIL}
