"""The disk is full under SQLite: registrations are refused, and nothing registered is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.judging.receiving import Receiving
from tests.faults.judging.table import FaultTable
from tests.faults.judging.trials import five_times
from tests.faults.judging.verdict import judge
from tests.faults.judging.wave import Wave, sleep_until
from tests.faults.small_disk import SmallDisk, small_disk
from tests.faults.stack import Stack
from tests.waiting import wait_until

_MEGABYTES = 64


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    with small_disk(tmp_path_factory.mktemp("disk") / "small", _MEGABYTES) as made:
        yield made


@pytest.fixture(scope="module")
def cramped(disk: SmallDisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    directory: Path = tmp_path_factory.mktemp("cramped")
    with closing(Stack(directory, data=disk.path, inside=disk.entry)) as made:
        yield made


@five_times
def test_the_disk_is_full_and_has_space_again(
    cramped: Stack, disk: SmallDisk, receiving: Receiving, table: FaultTable, turn: int
) -> None:
    cramped.start()
    wave = Wave(cramped, receiving)
    begin = wave.register(once=20, recurring=2, span=timedelta(seconds=6))
    sleep_until(begin + 1)
    disk.fill()
    with wave.keep_registering():
        wait_until(wave.refused, "a registration was refused")
        sleep_until(time.time() + 4)
    refused = wave.refused()
    with wave.keep_registering():
        back = time.time()
        disk.empty()
        wave.wait_for_registration()
    assert refused
    table.note("the disk full under SQLite for 4 s", judge(wave, back=back))
