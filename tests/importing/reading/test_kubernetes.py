"""Cron jobs of Kubernetes, field by field."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onthedot.importing.imported import NoteKind, Source
from onthedot.scheduling.action import LogAction, SecretRef
from onthedot.scheduling.trigger import IntervalTrigger
from tests.importing.comparison import imported
from tests.importing.reading.samples import CRONJOB, command, said
from tests.importing.test_kubernetes_instants import manifest


def test_a_cron_job() -> None:
    found = imported(Source.KUBERNETES, CRONJOB, name="report.yaml")
    (task,) = found.tasks
    assert (task.id, task.tags, task.paused) == ("report", ("billing",), True)
    assert (task.overlap, task.catchup_window) == ("cancel_other", timedelta(minutes=5))
    assert (task.timeout, task.retry.max_attempts) == (timedelta(minutes=10), 3)
    assert command(task).argv == ("report", "--to=archive", "$(KEPT)")
    assert command(task).env == {"TARGET": "archive", "PASSWORD": SecretRef(secret="DB_PASSWORD")}
    assert "2027-03-28 only here at 03:00" in said(found, NoteKind.CHANGED, 7)
    assert "Replace" in said(found, NoteKind.CHANGED, 9)
    assert "successfulJobsHistoryLimit" in said(found, NoteKind.LOST, 12)
    assert "serviceAccountName" in said(found, NoteKind.LOST, 19)
    assert "report:7" in said(found, NoteKind.CHANGED, 22)
    assert "DB_PASSWORD" in said(found, NoteKind.CHECK, 28)
    assert "NODE" in said(found, NoteKind.LOST, 31)


@pytest.mark.parametrize(
    ("policy", "overlap"),
    [("Allow", "allow_all"), ("Forbid", "skip"), ("Replace", "cancel_other")],
)
def test_concurrency_becomes_overlap(policy: str, overlap: str) -> None:
    text = CRONJOB.replace("concurrencyPolicy: Replace", f"concurrencyPolicy: {policy}")
    assert imported(Source.KUBERNETES, text).tasks[0].overlap == overlap


def test_without_a_deadline_the_last_missed_run_is_caught_up() -> None:
    text = CRONJOB.replace("  startingDeadlineSeconds: 300\n", "")
    (task,) = imported(Source.KUBERNETES, text).tasks
    assert task.catchup_window == timedelta(days=1)


def test_a_list_of_cron_jobs_and_other_documents() -> None:
    items = "\n".join(f"- {manifest('0 1 * * *', 'UTC')}" for _ in range(2))
    text = f"kind: Service\n---\napiVersion: v1\nkind: List\nitems:\n{items}\n"
    found = imported(Source.KUBERNETES, text)
    assert [task.id for task in found.tasks] == ["job", "job-2"]


def test_without_a_command_the_task_only_says_that_it_is_due() -> None:
    text = CRONJOB.replace("            command: [report]\n", "")
    (task,) = imported(Source.KUBERNETES, text).tasks
    assert isinstance(task.action, LogAction)


def test_every_of_kubernetes_is_an_interval() -> None:
    found = imported(Source.KUBERNETES, manifest("@every 1h30m", "UTC"))
    assert found.tasks[0].trigger == IntervalTrigger(every=timedelta(minutes=90))
