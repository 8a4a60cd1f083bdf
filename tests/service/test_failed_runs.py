"""The cache of failed runs: once read, only their number is queried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from onthedot.scheduling.run import Links, RunCause, RunStatus, ShortRun
from onthedot.service.incidents import failed_runs
from onthedot.service.incidents.failed_runs import FailedRuns
from onthedot.service.runs.listed import DueRun
from onthedot.service.temporal.calls import Temporal

pytestmark = pytest.mark.anyio

_NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
_HOUR = timedelta(hours=1)


def _run(name: str, ended: datetime) -> DueRun:
    run = ShortRun(
        id=name,
        task_id="t",
        status=RunStatus.FAILED,
        scheduled_for=ended,
        finished_at=ended,
        attempts=1,
        cause=RunCause.TRIGGER,
        links=Links(temporal_ui=""),
    )
    return DueRun(run, ended)


class Store:
    """Replaces Temporal's list of failed runs, because no run can be made that failed hours ago."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = _NOW
        self.runs = [_run("early", _NOW - 3 * _HOUR), _run("late", _NOW - _HOUR)]
        self.asked: list[datetime] = []
        monkeypatch.setattr(failed_runs, "failed_runs", self._listed)
        monkeypatch.setattr(FailedRuns, "_number", self._number)
        monkeypatch.setattr(FailedRuns, "_in_peace", self._in_peace)
        temporal: Any = SimpleNamespace(now=lambda: self.now)
        self.failed = FailedRuns(cast(Temporal, temporal))

    async def _listed(
        self, _: Temporal, since: datetime, until: datetime, *, ended_since: datetime
    ) -> tuple[list[DueRun], bool]:
        self.asked.append(ended_since)
        return [run for run in self.runs if since <= run.due and ended_since <= run.due], True

    async def _number(self, since: datetime, until: datetime, ended_before: datetime) -> int:
        return sum(since <= run.due < ended_before for run in self.runs)

    async def _in_peace(self, since: datetime) -> Any:
        runs = tuple(run for run in self.runs if since <= run.due)
        return failed_runs._Read(since, self.now, runs)

    async def ids(self, hours: int = 24) -> set[str]:
        found = await self.failed.read(self.now - hours * _HOUR, self.now, None)
        assert found.complete
        return {run.id for run in found.runs}


async def test_only_what_is_new_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(monkeypatch)
    assert await store.ids() == {"early", "late"}
    store.now += timedelta(minutes=10)
    store.runs.append(_run("new", _NOW + timedelta(minutes=5)))
    assert await store.ids() == {"early", "late", "new"}
    assert store.asked == [_NOW - 24 * _HOUR, _NOW - timedelta(seconds=30)]
    assert await store.ids(hours=2) == {"late", "new"}
    assert len(store.asked) == 3


async def test_what_went_with_its_task_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(monkeypatch)
    await store.ids()
    store.now += timedelta(minutes=10)
    del store.runs[0]
    assert await store.ids() == {"late"}


async def test_who_comes_first_finds_the_last_day_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(monkeypatch)
    await store.failed.catch_up(24 * _HOUR)
    assert store.asked == []
    assert await store.ids() == {"early", "late"}
    assert store.asked == [_NOW - timedelta(seconds=30)]
    # A longer span is read in full, and what is older than a day is let go of later.
    assert await store.ids(hours=48) == {"early", "late"}
    assert store.asked[-1] == _NOW - 48 * _HOUR
    store.failed._wider_until = 0.0
    store.now += 30 * _HOUR
    await store.failed.catch_up(24 * _HOUR)
    assert store.failed._last is not None
    assert store.failed._last.runs == ()
