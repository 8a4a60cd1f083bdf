"""A backup made while tasks run, and a cluster restored from it, as the guide says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.cluster.deployment import Deployment, deployed
from tests.cluster.guide import commands, run
from tests.cluster.parts.cluster import room
from tests.cluster.parts.database import USER, Database
from tests.cluster.parts.network import POSTGRES_PORT
from tests.cluster.programs import Programs, TemporalRelease
from tests.faults.judging.receiving import Receiving
from tests.faults.judging.wave import Wave, sleep_until
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(1200)

_PATIENCE_SECONDS = 240.0
#: What waits at the backup and at the restore, on an idle machine.
_FAR = timedelta(seconds=60)


@pytest.mark.parametrize("way", ["pg_basebackup", "pg_dump"])
def test_what_was_registered_before_a_backup_goes_on_after_its_restore(
    programs: Programs, release: TemporalRelease, receiving: Receiving, way: str
) -> None:
    with deployed(programs, release) as deployment:
        deployment.start()
        wave = Wave(deployment, receiving)
        begin = wave.register(once=40, recurring=0)
        far = datetime.now(UTC) + _FAR
        waiting = [wave.once(far + timedelta(seconds=n / 10)) for n in range(20)]
        before = wave.registered()
        assert set(waiting) <= set(before)
        sleep_until(begin + 1)
        with wave.keep_registering():
            began = time.monotonic()
            _run(deployment, way)
            took = time.monotonic() - began
        after = wave.once(far + timedelta(days=1))
        assert wave.registered()[-1] == after
        _lose_the_database(deployment)
        if way == "pg_dump":
            _restore_the_dump(deployment)
        else:
            _restore_the_directory(deployment)
        deployment.start()

        def all_ran() -> bool:
            return {one.task for one in receiving.arrivals()} >= set(before)

        wait_until(all_ran, "all that the backup holds ran", _PATIENCE_SECONDS)
        wait_until(lambda: _listed(deployment.client, wave, before), "the lists are as before")
        for task in before:
            keys = {one.key for one in receiving.arrivals(task)}
            assert len(keys) == 1, f"{task} ran with {len(keys)} keys"
        assert deployment.get(f"/tasks/{after}").status_code == 404
        assert deployment.client.post("/tasks", json=_any()).status_code == 201
        print(f"{way}: backed up in {took:.1f} s")


@pytest.fixture
def wal() -> Iterator[Path]:
    """A directory for the log of PostgreSQL, which runs as another user."""
    with room() as directory:
        directory.chmod(0o777)
        yield directory


def test_a_backup_is_brought_to_an_instant_after_it(
    programs: Programs, release: TemporalRelease, receiving: Receiving, wal: Path
) -> None:
    """What was registered until then exists and runs; what came later does not."""
    settings = (
        "archive_mode=on",
        f"archive_command=test ! -f {wal}/%f && cp %p {wal}/%f && chmod a+r {wal}/%f",
    )
    with deployed(programs, release, database_settings=settings) as deployment:
        deployment.start()
        database = deployment.cluster.database
        wave = Wave(deployment, receiving)
        due = datetime.now(UTC) + _FAR
        before = [wave.once(due) for _ in range(5)]
        _run(deployment, "pg_basebackup")
        between = [wave.once(due) for _ in range(5)]
        instant = database.query("SELECT clock_timestamp()")
        # The lists are written a moment later than what they list.
        time.sleep(2)
        after = [wave.once(due + 3 * _FAR) for _ in range(5)]
        assert wave.registered() == [*before, *between, *after], wave.refused()
        last = database.query("SELECT pg_walfile_name(pg_switch_wal())")
        wait_until(lambda: _archived(database, last), "all of the log is archived")
        _lose_the_database(deployment)
        _restore_the_directory(deployment, WAL=str(wal), INSTANT=instant)
        deployment.start()
        there = [*before, *between]

        def all_ran() -> bool:
            return {one.task for one in receiving.arrivals()} >= set(there)

        wait_until(all_ran, "all that was there at that instant ran", _PATIENCE_SECONDS)
        for task in after:
            assert deployment.get(f"/tasks/{task}").status_code == 404
            assert not receiving.arrivals(task)
        assert deployment.client.post("/tasks", json=_any()).status_code == 201


def _archived(database: Database, segment: str) -> bool:
    asked = f"SELECT coalesce(last_archived_wal >= '{segment}', false) FROM pg_stat_archiver"
    return database.query(asked) == "t"


def _run(deployment: Deployment, beginning: str, **more: str) -> None:
    """The guide's block that begins so, with PostgreSQL's own variables saying where."""
    cluster = deployment.cluster
    where = {"PGHOST": cluster.database.address, "PGPORT": str(POSTGRES_PORT), "PGUSER": USER}
    environment = {**cluster.database.environment, **where, **more}
    run(commands(beginning), cluster.directory, cluster.programs.postgres, environment)


def _lose_the_database(deployment: Deployment) -> None:
    for part in (*deployment.servers, *deployment.workers):
        part.kill()
    for node in deployment.cluster.nodes:
        node.kill()
    deployment.cluster.database.kill()


def _restore_the_dump(deployment: Deployment) -> None:
    """Into a PostgreSQL that has nothing yet."""
    database = deployment.cluster.database
    database.data.rename(deployment.cluster.directory / "lost")
    database.create()
    database.start()
    database.wait_until_up()
    _run(deployment, "createdb")


def _restore_the_directory(deployment: Deployment, **to_instant: str) -> None:
    """Into the folder that PostgreSQL starts on."""
    database: Database = deployment.cluster.database
    directory = deployment.cluster.directory
    run(commands("mkdir -m 700 restored"), directory, Path("/usr/bin"), database.environment)
    if to_instant:
        _run(deployment, "cat >> restored", **to_instant)
    database.data.rename(directory / "lost")
    (directory / "restored").rename(database.data)
    database.give_to_owner()


def _listed(client: httpx.Client, wave: Wave, before: list[str]) -> bool:
    rows = client.get("/tasks", params={"q": wave.name, "limit": 500}).json()["items"]
    return {row["id"] for row in rows} >= set(before)


def _any() -> dict[str, object]:
    return {
        "trigger": {"kind": "once", "delay": "PT1H"},
        "action": {"kind": "log", "message": "after the restore"},
    }
