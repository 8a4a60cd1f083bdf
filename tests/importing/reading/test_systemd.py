"""Timers of systemd, line by line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onthedot.importing.imported import NoteKind, Source
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger
from tests.importing.comparison import imported
from tests.importing.reading.samples import TIMER, command, said


def test_systemd_timers() -> None:
    found = imported(Source.SYSTEMD, TIMER, name="all.txt")
    nightly, quarterly, cleanup = found.tasks
    assert [task.id for task in found.tasks] == ["backup", "backup-2", "cleanup"]
    assert isinstance(nightly.trigger, CronTrigger)
    assert nightly.trigger.expression == "30 2 * * 1-5"
    assert nightly.trigger.exclude == ("* * 8-31 * *",)
    assert nightly.trigger.jitter == timedelta(seconds=90)
    assert command(nightly).argv == ("systemctl", "start", "backup.service")
    assert nightly.name == "Nightly backup"
    assert quarterly.catchup_window == timedelta(minutes=15)
    assert cleanup.trigger == IntervalTrigger(every=timedelta(days=1))
    assert command(cleanup).argv[-1] == "tidy.service"
    assert "OnBootSec" in said(found, NoteKind.LOST, 8)
    assert "No time zone" in said(found, NoteKind.CHECK, 7)
    assert "last run" in said(found, NoteKind.CHANGED, 15)


@pytest.mark.parametrize("expression", ["*:*/5", "Sat..Tue 10:00", "*-*-* 24:00", "*-*~03", "10"])
def test_what_systemd_refuses_or_nobody_here_can_say_is_lost(expression: str) -> None:
    found = imported(Source.SYSTEMD, f"[Timer]\nOnCalendar={expression}\n", name="x.timer")
    assert found.tasks == ()
    assert "Not imported" in said(found, NoteKind.LOST, 2)
