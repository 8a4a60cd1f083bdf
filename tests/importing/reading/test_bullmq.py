"""Job schedulers and delayed jobs of BullMQ."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from onthedot.importing.imported import Imported, NoteKind, Source
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, OnceTrigger
from tests.importing.comparison import AT, imported
from tests.importing.reading.samples import SAMPLES, said


def schedulers(*given: dict[str, Any], **queue: Any) -> Imported:
    """What a queue with these job schedulers gives."""
    return imported(Source.BULLMQ, json.dumps({"queue": "q", "schedulers": given, **queue}))


def lost(found: Imported) -> str:
    return " ".join(note.text for note in found.notes if note.kind is NoteKind.LOST)


def test_a_queue() -> None:
    found = imported(Source.BULLMQ, SAMPLES[Source.BULLMQ])
    nightly, trial, poll, remind = found.tasks
    assert isinstance(nightly.trigger, CronTrigger)
    assert (nightly.trigger.expression, nightly.trigger.timezone) == ("30 2 * * *", "Europe/Rome")
    assert (nightly.retry.max_attempts, nightly.retry.backoff) == (5, 2.0)
    assert nightly.retry.max_interval == timedelta(seconds=8)
    assert isinstance(trial.trigger, CronTrigger)
    assert (trial.trigger.max_runs, trial.tags) == (7, ("reports",))
    assert poll.trigger == IntervalTrigger(every=timedelta(seconds=90), offset=timedelta(seconds=5))
    assert isinstance(remind.trigger, OnceTrigger)
    assert remind.trigger.at == datetime(2026, 12, 25, tzinfo=UTC)
    assert "priority" in said(found, NoteKind.LOST, 14)


def test_bounds_and_a_paused_queue() -> None:
    began, ends = AT - timedelta(days=1), AT + timedelta(days=9)
    found = schedulers(
        {"key": "a", "pattern": "@weekdays", "tz": "UTC", "endDate": _millis(ends)},
        {"key": "b", "pattern": "0 9 * * *", "tz": "UTC", "startDate": _millis(began)},
        {"key": "c", "pattern": "0 9 * * *", "tz": "UTC", "startDate": _millis(ends)},
        paused=True,
    )
    a, b, c = found.tasks
    assert isinstance(a.trigger, CronTrigger)
    assert (a.trigger.expression, a.trigger.end_at) == ("0 0 * * 1-5", ends)
    assert (b.trigger.start_at, c.trigger.start_at) == (None, ends)  # type: ignore[union-attr]
    assert all(task.paused for task in found.tasks)


def test_what_has_no_counterpart_is_named() -> None:
    found = schedulers(
        {"key": "fast", "every": 500},
        {"key": "none"},
        {"key": "seven", "pattern": "* * * * * * *", "tz": "UTC"},
        {"key": "done", "pattern": "* * * * *", "tz": "UTC", "limit": 3, "iterationCount": 3},
        {"key": "mars", "pattern": "* * * * *", "tz": "Mars/Olympus"},
    )
    assert found.tasks == ()
    for part in ("every 500 ms", "no pattern", "five fields", "reached its limit", "Mars/Olympus"):
        assert part in lost(found)


def test_the_jobs_that_schedulers_made_are_left_out() -> None:
    job = {"id": "repeat:a:1", "repeatJobKey": "a", "timestamp": _millis(AT), "delay": 9000}
    found = schedulers({"key": "a", "pattern": "0 9 * * *", "tz": "UTC"}, delayed=[job])
    assert [task.id for task in found.tasks] == ["a"]


def test_the_h_of_bullmq_is_another() -> None:
    found = schedulers({"key": "h", "pattern": "H H * * THU", "tz": "UTC"})
    assert "picked once" in said(found, NoteKind.CHANGED, 1)
    assert not schedulers({"key": "t", "pattern": "0 9 * * THU", "tz": "UTC"}).differences


def _millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)
