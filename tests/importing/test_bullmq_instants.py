"""Two years of job schedulers by cron-parser, the library in BullMQ, whose instants are in a
table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onthedot.importing.imported import Imported, NoteKind, Source
from tests.importing.comparison import HALF_HOUR, as_original, digest, imported

pytestmark = pytest.mark.timeout(600)

TABLE = json.loads((Path(__file__).parent / "tables" / "bullmq.json").read_text())


def scheduler(expression: str, zone: str) -> Imported:
    written = {"key": "job", "name": "job", "pattern": expression, "tz": zone}
    return imported(Source.BULLMQ, json.dumps({"queue": "q", "schedulers": [written]}))


def test_two_years_are_those_of_cron_parser() -> None:
    wrong, named = [], 0
    for case in TABLE["cases"]:
        found = scheduler(case["expression"], case["zone"])
        theirs = as_original(found, found.tasks)
        named += len(found.differences)
        if (len(theirs), digest(theirs)) != (case["count"], case["digest"]):
            wrong.append((case["expression"], case["zone"], len(theirs), case["count"]))
    instants = sum(case["count"] for case in TABLE["cases"])
    count = len(TABLE["cases"])
    print(
        f"\ncron-parser {TABLE['cron-parser']}: {count} cases, {instants} instants, {named} named"
    )
    assert wrong == []


def test_a_zone_that_stops_it_is_named() -> None:
    notes = scheduler("0 3 * * *", HALF_HOUR).notes
    assert any("no further run" in n.text for n in notes if n.kind is NoteKind.CHECK)
