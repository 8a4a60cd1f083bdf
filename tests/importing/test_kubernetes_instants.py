"""Two years of CronJobs by robfig/cron, the library in Kubernetes' controller, run in Go."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from onthedot.importing.imported import Source
from tests.importing.comparison import AT, HALF_HOUR, UNTIL, ZONES, Tally, imported

pytestmark = pytest.mark.timeout(600)

PROGRAM = Path(__file__).parent / "robfig"
EXPRESSIONS = (
    "30 2 * * *", "0 0 * * *", "30 0 * * *", "0 3 * * *", "30 1 * * *", "15 2,14 * * *",
    "0 9 * * 1-5", "0 9 * * MON-FRI", "0 0 13 * 5", "0 0 */10 * 1", "0 0 5,* * 1", "0 4 ? * 1",
    "0 5 1/9 * *", "0 5 * * 1/3", "10 2 5-5 * *", "0 0 29 2 *", "0 */4 * * *", "*/30 1-3 * * *",
    "17 * * * 0", "0 5 * * 5", "0 5 * * 4", "0 5,7 * * 0", "0 5,7 * * 6", "30 23 * * 5",
    "30 23 * * 4", "*/30 0-6 * * 4", "15 22-23 28-30 4 *", "@hourly", "@daily", "@monthly",
)  # fmt: skip
Answers = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def robfig(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """Asks the program many questions at once."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is not here, so that robfig/cron is not asked: install Go to have it asked")
    folder = tmp_path_factory.mktemp("robfig") / "source"
    shutil.copytree(PROGRAM, folder)
    built = subprocess.run(
        [go, "build", "-o", "oracle", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "GOFLAGS": "-mod=mod -buildvcs=false"},
    )
    if built.returncode:
        pytest.skip(f"robfig/cron cannot be built here, so it is not asked: {built.stderr[-300:]}")

    def answers(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        said = subprocess.run(
            [str(folder / "oracle")],
            input="".join(json.dumps(q) + "\n" for q in questions),
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        return [json.loads(line) for line in said.stdout.splitlines()]

    return answers


def manifest(expression: str, zone: str) -> str:
    return json.dumps(
        {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": {"name": "job"},
            "spec": {
                "schedule": expression,
                "timeZone": zone,
                "jobTemplate": {
                    "spec": {
                        "template": {
                            "spec": {
                                "containers": [{"name": "c", "image": "i", "command": ["true"]}]
                            }
                        }
                    }
                },
            },
        }
    )


def _compared(robfig: Answers, zones: tuple[str, ...]) -> Tally:
    cases = [(expression, zone) for zone in zones for expression in EXPRESSIONS]
    cases += [("*/15 * * * *", zone) for zone in ("Europe/Rome", "UTC")]
    answers = robfig(
        [
            {
                "expression": expression,
                "zone": zone,
                "after": int(AT.timestamp()),
                "until": int(UNTIL.timestamp()),
            }
            for expression, zone in cases
        ]
    )
    tally = Tally("kubernetes")
    for (expression, zone), answer in zip(cases, answers, strict=True):
        assert answer["error"] == "", expression
        found = imported(Source.KUBERNETES, manifest(expression, zone))
        theirs = {datetime.fromtimestamp(at, UTC) for at in answer["times"]}
        tally.compare(f"{expression} {zone}", found, found.tasks, theirs)
    return tally


def test_two_years_are_those_of_robfig_cron(robfig: Answers) -> None:
    tally = _compared(robfig, ZONES)
    assert tally.named > 0
    tally.close()


def test_where_clocks_change_by_half_an_hour_a_note_says_that_robfig_errs() -> None:
    found = imported(Source.KUBERNETES, manifest("0 3 * * *", HALF_HOUR))
    assert any("misses instants" in note.text for note in found.notes)


@pytest.mark.parametrize("expression", ["0 9 * * 7", "0 9 22-2 * *", "0 9 * * 5L", "60 * * * *"])
def test_what_robfig_refuses_is_not_carried_over(robfig: Answers, expression: str) -> None:
    (answer,) = robfig([{"expression": expression, "zone": "UTC", "after": 0, "until": 0}])
    assert answer["error"]
    assert imported(Source.KUBERNETES, manifest(expression, "UTC")).tasks == ()
