"""Airflow's DAGs, read without running them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onthedot.importing.imported import NoteKind, Source
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, OnceTrigger
from tests.importing.comparison import imported
from tests.importing.reading.samples import DAGS, said


def test_airflow_dags() -> None:
    found = imported(Source.AIRFLOW, DAGS, name="dags.py")
    tasks = {task.id: task for task in found.tasks}
    assert list(tasks) == ["etl", "six_hourly", "soon", "many-1", "many-2"]
    etl = tasks["etl"]
    assert isinstance(etl.trigger, CronTrigger)
    assert (etl.trigger.expression, etl.trigger.timezone) == ("30 2 * * *", "Europe/Rome")
    assert (etl.overlap, etl.tags) == ("buffer_all", ("night-shift", "etl"))
    assert (etl.timeout, etl.catchup_window) == (timedelta(hours=2), timedelta(days=30))
    six = tasks["six_hourly"].trigger
    assert six == IntervalTrigger(every=timedelta(hours=6), offset=timedelta(hours=3))
    assert isinstance(tasks["soon"].trigger, OnceTrigger)
    assert tasks["many-2"].trigger.timezone == "Asia/Tokyo"
    assert "03:30 (CEST)" in said(found, NoteKind.CHANGED, 11)
    assert "no schedule" in said(found, NoteKind.LOST, 27)
    assert "computed when the file runs" in said(found, NoteKind.LOST, 33)
    assert "assets" in said(found, NoteKind.LOST, 35)


def test_airflow_files_are_not_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    trace = tmp_path_factory.mktemp("airflow") / "ran"
    text = f"open({str(trace)!r}, 'w').close()\nDAG('x', schedule='@daily')\n"
    assert len(imported(Source.AIRFLOW, text).tasks) == 1
    assert not trace.exists()
