"""Two years of a crontab's jobs by Debian cron's rules, as cronsim has them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from onthedot.importing.imported import Source
from tests.importing.comparison import AT, UNTIL, ZONES, Tally, imported

pytestmark = pytest.mark.timeout(600)

FIXED = (
    "30 2 * * *", "0 0 * * *", "30 0 * * *", "0 3 * * *", "30 1 * * *", "15 2,14 * * *",
    "0 9 * * 1-5", "0 9 * * MON-FRI", "0 0 13 * 5", "0 0 */10 * 1", "0 2 1-7 * *", "5 4 * * sun",
    "0 12 1 1,4,7,10 *", "23 0-20/2 * * *", "0 0 29 2 *", "0 6 * * 7", "10 2 5-5 * *",
    "0 5 * * 5-7/2", "@daily", "@weekly", "@monthly", "@yearly",
)  # fmt: skip
WILD = ("0 * * * *", "@hourly", "0 */4 * * *", "*/30 1-3 * * *", "17 * * * 0")
#: cronsim loses or invents instants of wild jobs where a day has no midnight.
PLAIN = ("Europe/Rome", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "UTC")


@cache
def _cronsim(spelt: str, zone: str) -> set[datetime]:
    # It counts much faster in this UTC than in that of the tz database.
    start = AT if zone == "UTC" else AT.astimezone(ZoneInfo(zone))
    instants = (at.astimezone(UTC) for at in CronSim(spelt, start))
    return set(takewhile(lambda at: at <= UNTIL, instants))


def _spelt(expression: str) -> str:
    macros = {
        "@hourly": "0 * * * *",
        "@daily": "0 0 * * *",
        "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *",
        "@yearly": "0 0 1 1 *",
    }
    return macros.get(expression, expression).upper()


def test_two_years_are_those_of_debians_cron() -> None:
    tally = Tally("crontab")
    for zone in ZONES:
        expressions = (*FIXED, *WILD) if zone in PLAIN else FIXED
        if zone in ("Europe/Rome", "UTC"):
            expressions = (*expressions, "*/15 * * * *")
        lines = [f"CRON_TZ={zone}", *(f"{e} /usr/bin/job" for e in expressions)]
        found = imported(Source.CRONTAB, "\n".join(lines), name="crontab")
        assert len(found.tasks) == len(expressions)
        for expression, task in zip(expressions, found.tasks, strict=True):
            tally.compare(f"{expression} {zone}", found, [task], _cronsim(_spelt(expression), zone))
    assert tally.named == 0
    tally.close()
