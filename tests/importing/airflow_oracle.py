"""Makes the table of Airflow's own instants. Runs where Airflow is installed, not in the tests:

python tests/importing/airflow_oracle.py > tests/importing/tables/airflow.json
"""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import UTC, datetime, timedelta

EXPRESSIONS = (
    "30 2 * * *", "0 0 * * *", "30 0 * * *", "0 3 * * *", "30 1,2 * * *", "15 2,14 * * *",
    "0 9 * * 1-5", "0 0 13 * 5", "0 0 */10 * 1", "0 4 * * 5#2", "0 4 L * *", "0 5 * * 1/3",
    "10 2 5-5 * *", "0 0 29 2 *", "0 * * * *", "*/20 * * * *", "0 */4 * * *", "*/20 1-3 * * *",
    "17 0-22 * * 0", "@daily", "@weekly", "@quarterly",
)  # fmt: skip
ZONES = (
    "Europe/Rome", "America/New_York", "Australia/Sydney", "America/Santiago", "Africa/Cairo",
    "Asia/Kolkata", "UTC", "Australia/Lord_Howe",
)  # fmt: skip
START = datetime(2026, 11, 25, tzinfo=UTC)
END = START + timedelta(days=731)


def expressions(zone: str, *, often: bool = True) -> list[str]:
    """Those to try in a zone: what fires all day long in two zones at most."""
    often = often and zone in ("Europe/Rome", "UTC")
    return [each for each in EXPRESSIONS if often or each != "*/20 * * * *"]


def times(expression: str, zone: str) -> list[int]:
    """When a DAG with this schedule runs after START, as Unix times, by Airflow's timetable."""
    import pendulum  # type: ignore[import-not-found, unused-ignore]
    from airflow.timetables.trigger import CronTriggerTimetable  # type: ignore[import-not-found, unused-ignore]

    timetable = CronTriggerTimetable(expression, timezone=zone)
    found = []
    at = pendulum.instance(START)
    while (at := timetable._get_next(at)) <= END:
        found.append(int(at.timestamp()))
    return found


def main() -> None:
    from airflow import __version__  # type: ignore[import-not-found, unused-ignore]

    cases = []
    for zone in ZONES:
        for expression in expressions(zone):
            found = times(expression, zone)
            text = "\n".join(map(str, found)).encode()
            cases.append(
                {
                    "expression": expression,
                    "zone": zone,
                    "count": len(found),
                    "digest": hashlib.sha256(text).hexdigest()[:16],
                }
            )
            print(zone, expression, len(found), file=sys.stderr)
    json.dump({"airflow": __version__, "cases": cases}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
