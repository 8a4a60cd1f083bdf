from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta

from onthedot.scheduling.run import RunError, RunStatus, ShortRun
from onthedot.ui.files.export import as_csv, as_json

_RUN = ShortRun(
    id="a~1~2",
    task_id="a",
    status=RunStatus.FAILED,
    scheduled_for=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    lateness=timedelta(milliseconds=120),
    attempts=2,
    error=RunError(type="HttpStatus", message='=HYPERLINK("http://evil.example")\nnext line'),
)


def test_csv_has_one_line_a_run_and_no_formulas() -> None:
    rows = list(csv.DictReader(as_csv([_RUN, _RUN]).splitlines(keepends=True)))
    assert len(rows) == 2
    assert rows[0]["scheduled_for"] == "2026-01-02T03:04:05Z"
    assert rows[0]["lateness"] == "PT0.12S"
    assert rows[0]["started_at"] == ""
    assert rows[0]["error_message"].startswith("'=HYPERLINK")


def test_json_is_what_rest_answers() -> None:
    assert json.loads(as_json([_RUN])) == [_RUN.model_dump(mode="json")]
