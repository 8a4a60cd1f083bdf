"""The disk is full under PostgreSQL: registrations are refused, and nothing registered is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.cluster.deployment import Deployment, deployed
from tests.cluster.parts.bound_process import is_root
from tests.cluster.parts.cluster import room
from tests.cluster.parts.database import Database
from tests.cluster.programs import Programs, TemporalRelease
from tests.cluster.test_faults import PATIENCE_SECONDS, three_times
from tests.faults.judging.receiving import Receiving
from tests.faults.judging.table import FaultTable
from tests.faults.judging.verdict import judge
from tests.faults.judging.wave import Wave, sleep_until
from tests.faults.small_disk import SmallDisk, small_disk
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(900)

_MEGABYTES = 500
#: PostgreSQL would keep a gigabyte of its log.
_SETTINGS = ("max_wal_size=96MB", "min_wal_size=32MB")


@pytest.fixture(scope="module")
def disk() -> Iterator[SmallDisk]:
    if not is_root():
        pytest.skip("PostgreSQL needs a user of its own on the small disk: only root can make it")
    with room() as parent, small_disk(parent / "small", _MEGABYTES, users=True) as made:
        yield made


@pytest.fixture(scope="module")
def cramped(programs: Programs, release: TemporalRelease, disk: SmallDisk) -> Iterator[Deployment]:
    with deployed(programs, release, disk=disk, database_settings=_SETTINGS) as made:
        yield made


@three_times
def test_the_disk_is_full_and_has_space_again(
    cramped: Deployment, disk: SmallDisk, receiving: Receiving, table: FaultTable, turn: int
) -> None:
    database = cramped.cluster.database
    cramped.start()
    wave = Wave(cramped, receiving)
    begin = wave.register(once=20, recurring=2, span=timedelta(seconds=6))
    sleep_until(begin + 1)
    disk.fill()
    with wave.keep_registering():
        wait_until(wave.refused, "a registration was refused")
        sleep_until(time.time() + 4)
    assert wave.refused()
    with wave.keep_registering():
        back = time.time()
        disk.empty()
        wait_until(lambda: _kept_running(database), "PostgreSQL runs again")
        cramped.wait_until_ready()
        wave.wait_for_registration()
    verdict = judge(wave, back=back, patience=PATIENCE_SECONDS)
    table.note("the disk full under PostgreSQL for 4 s and more", verdict)


def _kept_running(database: Database) -> bool:
    """Whether it takes queries. It ends itself where there is no room for its log, and whatever
    keeps it running in production starts it again."""
    if not database.running:
        database.start()
    return database.answers()
