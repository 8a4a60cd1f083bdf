"""Two years of job schedulers by cron-parser, the library in BullMQ, whose instants are in a
table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onthedot.importing.imported import Imported, NoteKind, Source
from tests.importing.comparison import HALF_HOUR, Tally, as_original, imported

pytestmark = pytest.mark.timeout(600)

TABLE = json.loads((Path(__file__).parent / "tables" / "bullmq.json").read_text())


def scheduler(expression: str, zone: str) -> Imported:
    written = {"key": "job", "name": "job", "pattern": expression, "tz": zone}
    return imported(Source.BULLMQ, json.dumps({"queue": "q", "schedulers": [written]}))


def test_two_years_are_those_of_cron_parser() -> None:
    tally = Tally(f"cron-parser {TABLE['cron-parser']}")
    for case in TABLE["cases"]:
        found = scheduler(case["expression"], case["zone"])
        tally.compare_digest(case, found, as_original(found, found.tasks))
    tally.close()


def test_a_zone_that_stops_it_is_named() -> None:
    notes = scheduler("0 3 * * *", HALF_HOUR).notes
    assert any("no further run" in n.text for n in notes if n.kind is NoteKind.CHECK)
