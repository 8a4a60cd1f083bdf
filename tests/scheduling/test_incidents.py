"""Failed runs are grouped by what they have in common."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from onthedot.scheduling.incidents.cause import cause_id, pattern
from onthedot.scheduling.incidents.grouping import MOST_OF_A_TYPE, grouped, incident, last_failures
from onthedot.scheduling.incidents.incident import Incidents, MissedInstant
from onthedot.scheduling.ledger.entries import LedgerState, Reason
from onthedot.scheduling.run import RunError, RunStatus, ShortRun

T = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _run(task: str, minutes: int, kind: str, message: str) -> ShortRun:
    at = T + minutes * MINUTE
    return ShortRun(
        id=f"{task}~{minutes}",
        task_id=task,
        task_name=task.upper(),
        status=RunStatus.FAILED,
        scheduled_for=at,
        finished_at=at + timedelta(seconds=1),
        error=RunError(type=kind, message=message),
    )


@pytest.mark.parametrize(
    ("message", "like"),
    [
        (
            "POST http://10.0.0.1:80/a?b=1: no connection (Connection refused).",
            "http://10.0.0.1:80/…: no connection (Connection refused).",
        ),
        ("GET https://a.example.com returned 503.", "https://a.example.com returned 503."),
        ("backup.sh ended with exit code 3.", "backup.sh ended with exit code 3."),
        ("It was not done by its deadline, 1 day, 1:02:03.4 after.", None),
        ("It was not done by its deadline, 20 seconds after.", None),
        ("order 6f1c2c9e-1111-2222-3333-444455556666 of 12345 at 2026-01-02T03:04:05Z", None),
        ("", ""),
    ],
)
def test_what_differs_from_run_to_run_is_left_out(message: str, like: str | None) -> None:
    found = pattern(message)
    if like is not None:
        assert found == like
    else:
        assert found in ("It was not done by its deadline, … after.", "order … of … at …")
    assert pattern(found) == found


def test_runs_of_one_cause_are_one_group() -> None:
    runs = [
        _run("a", 0, "ConnectionFailed", "POST http://h/a: no connection (Connection refused)."),
        _run("b", 1, "ConnectionFailed", "GET http://h/b: no connection (Connection refused)."),
        _run("a", 2, "ConnectionFailed", "POST http://h/a: no connection (Connection refused)."),
        _run("a", 3, "ExitCode", "x ended with exit code 1."),
        _run("c", 4, "ExitCode", "x ended with exit code 1."),
    ]
    groups = grouped(reversed(runs))
    first, second = (incident(g, {"a": True, "c": False}, last_failures(groups)) for g in groups)
    assert first.cause.message == "http://h/…: no connection (Connection refused)."
    assert first.cause.id == cause_id(runs[0].error or RunError(type="", message=""))
    assert (first.runs, first.task_count) == (3, 2)
    assert [task.name for task in first.tasks] == ["A", "B"]
    assert (first.first_at, first.last_at) == (T, T + 2 * MINUTE)
    # The task failed last for another cause, and that is what goes on.
    assert not first.ongoing
    assert second.ongoing
    assert second.cause.message == "x ended with exit code 1."


def test_runs_that_no_worker_took_up_are_told_apart() -> None:
    late = "No worker took it up before its deadline, 0:00:20 after it was due."
    timed_out = {"status": RunStatus.TIMED_OUT}
    runs = [_run("a", n, "DeadlineExceeded", late).model_copy(update=timed_out) for n in range(3)]
    begun = _run("b", 3, "DeadlineExceeded", "It was not finished by its deadline.")
    runs.append(begun.model_copy(update={**timed_out, "attempts": 1}))
    groups = grouped(runs)
    items = tuple(incident(group, {}, last_failures(groups)) for group in groups)
    missed = [
        MissedInstant(
            task_id="a", name="A", at=T, state=LedgerState.MISSED, reason=reason, run_id=run
        )
        for reason, run in (
            (Reason.DEADLINE, "a~0"),
            (Reason.DEADLINE, "a~1"),
            (Reason.DEADLINE, "a~2"),
            (Reason.CATCHUP, "once~0"),
            (Reason.NO_RUN, None),
        )
    ]
    found = Incidents(since=T, until=T, items=items, missed=tuple(missed), late=(), complete=True)
    assert [(one.runs, one.never_began) for one in found.items] == [(3, 3), (1, 0)]
    assert found.not_taken_up == items[:1]
    assert found.failures == items[1:]
    assert found.without_a_failure == tuple(missed[3:])
    # Three runs, and two instants without one that failed.
    assert found.did_not_run == 5


def test_what_never_says_the_same_twice_is_one_group() -> None:
    runs = [_run("a", n, "Odd", f"it was {'x' * n}") for n in range(200)]
    groups = grouped(runs)
    assert len(groups) == MOST_OF_A_TYPE + 1
    rest = incident(groups[0], {"a": True}, last_failures(groups))
    assert (rest.cause.message, rest.cause.id) == ("", "")
    assert rest.runs == 200 - MOST_OF_A_TYPE
    assert sum(group.runs for group in groups) == 200
