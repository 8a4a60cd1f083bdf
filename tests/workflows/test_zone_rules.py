"""Another release of the zone database: every task adopts it after the workers restart."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import zoneinfo
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from onthedot import naming
from onthedot.scheduling.firing import zone_rules
from onthedot.scheduling.firing.zone_rules import installed_release, release_in_use
from onthedot.service.ledger.audit_schedule import ensure_audit
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from tests.definitions import new_task, unique
from tests.waiting import PATIENCE, eventually
from tests.workflows.private_temporal import PrivateTemporal

pytestmark = pytest.mark.anyio

#: The rules of this zone in two releases of the database: British Columbia keeps to one time all
#: the year round by the later one.
ZONE = "America/Vancouver"
EARLIER, LATER = "2024a", "2026f"
SAVED = Path(__file__).parent / "zone_rules"
#: A winter after the change.
WINTER = datetime(2027, 1, 1, tzinfo=UTC)
#: In seconds: a process has to start before anything can be seen.
_STARTED = 2 * PATIENCE


@pytest.fixture
def releases(tmp_path: Path) -> dict[str, Path]:
    """Directories as an installed zone database is, one of each release."""
    found = {}
    for release in (EARLIER, LATER):
        found[release] = tmp_path / release
        shutil.copytree(Path(str(files("tzdata"))) / "zoneinfo", found[release])
        shutil.copy(SAVED / f"{release}-vancouver", found[release] / ZONE)
        (found[release] / "tzdata.zi").write_text(f"# version {release}\n")
    return found


@pytest.fixture
async def private(anyio_backend: object, tmp_path: Path) -> AsyncIterator[PrivateTemporal]:
    server = PrivateTemporal(tmp_path)
    yield server
    server.end()


def test_the_release_is_told_by_the_files_that_python_reads(
    releases: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for release, directory in releases.items():
        monkeypatch.setattr(zoneinfo, "TZPATH", (str(directory),))
        assert installed_release() == release
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    assert re.fullmatch(r"20\d\d[a-z]+", installed_release()), "that of the package"
    assert release_in_use() == zone_rules.release_in_use(), "what is in use does not change"


async def test_every_task_follows_a_release_once_the_workers_were_started_again(
    private: PrivateTemporal, releases: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    temporal = await private.start()
    monkeypatch.setenv("PYTHONTZPATH", str(releases[EARLIER]))
    # Python reads this variable once.
    first = private.start_worker(forked=False)
    tasks, task_id, in_utc = Tasks(temporal), unique("vancouver"), unique("utc")
    trigger = {"kind": "cron", "expression": "0 9 * * *", "start_at": WINTER.isoformat()}
    await tasks.create(new_task(task_id, {**trigger, "timezone": ZONE}), by="t")
    await tasks.create(new_task(in_utc, trigger), by="t")
    await ensure_audit(temporal)

    async def fires_at(task: str, hour: int) -> bool:
        described = await temporal.client.get_schedule_handle(naming.schedule(task)).describe()
        return [at.hour for at in described.info.next_action_times[:3]] == [hour] * 3

    async def by_the_earlier() -> bool:
        return await _is_there(temporal, task_id) and await fires_at(task_id, 17)

    await eventually(by_the_earlier, _STARTED)

    # Not killed: an audit that it was at would have to time out first.
    first.ask_to_stop()
    await asyncio.to_thread(first.wait, PATIENCE)
    monkeypatch.setenv("PYTHONTZPATH", str(releases[LATER]))
    private.start_worker(forked=False)
    audit = temporal.client.get_schedule_handle(naming.AUDIT_SCHEDULE)

    async def by_the_later() -> bool:
        # Else it comes by itself every few minutes.
        if not (await audit.describe()).info.running_actions:
            await audit.trigger()
        return await fires_at(task_id, 16)

    await eventually(by_the_later, _STARTED)
    assert await fires_at(in_utc, 9)
    await tasks.delete(task_id, by="t")
    await tasks.delete(in_utc, by="t")


async def _is_there(temporal: Temporal, task_id: str) -> bool:
    query = f"ScheduleId = '{naming.schedule(task_id)}'"
    return bool([one async for one in await temporal.client.list_schedules(query)])


@pytest.mark.parametrize(("release", "hour"), [(EARLIER, 17), (LATER, 16)])
def test_python_goes_by_the_release_that_a_process_was_started_with(
    releases: dict[str, Path], release: str, hour: int
) -> None:
    said = (
        "from datetime import datetime, UTC; from zoneinfo import ZoneInfo;"
        f"print(datetime(2027, 1, 1, 9, tzinfo=ZoneInfo('{ZONE}')).astimezone(UTC).hour)"
    )
    environment = {**os.environ, "PYTHONTZPATH": str(releases[release])}
    done = subprocess.run(
        [sys.executable, "-c", said], env=environment, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) == hour
    assert ZoneInfo(ZONE).key == ZONE
