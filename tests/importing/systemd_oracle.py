"""Asks `systemd-analyze calendar`; run as a program, makes the table of its instants:

python -m tests.importing.systemd_oracle > tests/importing/tables/systemd.json
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime

from onthedot.importing.clocks.nights import nights
from onthedot.scheduling.firing.zones import zone_named
from tests.importing.comparison import AT, HALF_HOUR, UNTIL, ZONES, digest

#: Those that fire a few times a day at most: two years of each are in the table.
SELDOM = (
    "*-*-* 02:30:00", "daily", "*-*-* 00:30:00", "*-*-* 03:00", "01:30", "02:15", "Mon..Fri 09:00",
    "Mon-Fri 9:00", "Fri *-*-13 00:00", "Mon *-*-1..7 04:00", "*-*-1/10 05:00", "*-*~01 06:00",
    "Fri *-*~07/1 18:00", "*-02-29 12:00", "12-25", "weekly", "monthly", "quarterly",
    "semiannually", "yearly", "2027-*-* 04:00:30", "*-*-* 2,14:15,45", "Sat,Sun *-*-* 00..03:30:00",
)  # fmt: skip
#: Those that fire often: around clock changes, and in one zone two years of each.
OFTEN = ("hourly", "*:0/30", "0/4:00", "*-*-* 1..3:0/20")
#: How many it is asked for in one call: few at first, as it starts a process for each.
_FIRST, _AT_MOST = 4, 150
_LINE = re.compile(r"(?:Next elapse|Iter\. #\d+): \w{3} (\S+ \S+) UTC")


def program() -> str | None:
    """The path of the program."""
    return shutil.which("systemd-analyze")


def version() -> str:
    """The version of systemd, as it reports it."""
    said = _run([str(program()), "--version"])
    return said.splitlines()[0].strip()


class GivesUp(Exception):
    """systemd 252 finds no next instant where a day has no midnight, for some expressions."""


def times(
    expression: str, zone: str, after: datetime, until: datetime, first: int = _FIRST
) -> set[datetime]:
    """When systemd fires in (after, until]. `first`: how many it is asked for at first. Raises
    GivesUp."""
    found: set[datetime] = set()
    last, count = after, first
    while last < until:
        said = _run(
            [
                str(program()),
                "calendar",
                f"--base-time={last:%Y-%m-%d %H:%M:%S} UTC",
                f"--iterations={count}",
                f"{expression} {zone}",
            ]
        )
        elapsed = [
            datetime.strptime(at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
            for at in _LINE.findall(said)
        ]
        found |= {at for at in elapsed if at <= until}
        if len(elapsed) < count:
            break
        last, count = elapsed[-1], min(4 * count, _AT_MOST)
    return found


def around_changes(
    expression: str, zone: str, expected: set[datetime] | None = None
) -> set[datetime]:
    """When systemd fires around the clock changes of two years.

    Args:
        expected: what it is asked for first, and one more. Whatever it fires else is found too.
    """
    found: set[datetime] = set()
    for opens, closes in nights(zone_named(zone), AT):
        first = _FIRST
        if expected is not None:
            first = min(sum(opens < at <= closes for at in expected) + 1, _AT_MOST)
        found |= times(expression, zone, opens, closes, first)
    return found


def _run(command: list[str]) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "TZ": "UTC", "LC_ALL": "C", "SYSTEMD_PAGER": ""},
    )
    if "Resource deadlock avoided" in done.stderr:
        raise GivesUp
    done.check_returncode()
    return done.stdout


def main() -> None:
    """Prints the table: of each case how often it fires, and a digest of when."""
    cases, given_up = [], []
    for zone in (*ZONES, HALF_HOUR):
        for expression in (*SELDOM, *OFTEN):
            whole = expression in SELDOM or zone == "Europe/Rome"
            try:
                fired = (
                    times(expression, zone, AT, UNTIL)
                    if whole
                    else around_changes(expression, zone)
                )
            except GivesUp:
                given_up.append({"expression": expression, "zone": zone})
                continue
            cases.append(
                {
                    "expression": expression,
                    "zone": zone,
                    "whole": whole,
                    "count": len(fired),
                    "digest": digest(fired),
                }
            )
            print(zone, expression, len(fired), file=sys.stderr)
    json.dump({"systemd": version(), "gives_up": given_up, "cases": cases}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
