"""Processes of an earlier start are ended, and no others."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from onthedot.processes.orphans import ProcessRecord, end_orphans, group_of
from tests.waiting import PATIENCE

SLEEP = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)", "mark"]


@contextmanager
def sleeper(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_recorded_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "processes.json"
    with sleeper(SLEEP) as process:
        ProcessRecord(path).add(group_of(process.pid, [SLEEP]))
        assert end_orphans(path) == 1
        assert process.wait(PATIENCE) == -9
    assert not path.exists()


def test_a_process_that_got_a_recorded_number_later_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "processes.json"
    with sleeper(SLEEP) as process:
        ProcessRecord(path).add(group_of(process.pid, [[sys.executable, "another", "program"]]))
        assert end_orphans(path) == 0
        assert process.poll() is None


def test_the_same_program_outside_the_recorded_group_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "processes.json"
    with sleeper(SLEEP) as process, sleeper(SLEEP) as other:
        ProcessRecord(path).add(group_of(other.pid, [SLEEP]))
        assert end_orphans(path) == 1
        assert process.poll() is None


def test_a_process_that_was_removed_from_the_record_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "processes.json"
    with sleeper(SLEEP) as process:
        record = ProcessRecord(path)
        record.add(group_of(process.pid, [SLEEP]))
        record.remove(process.pid)
        assert end_orphans(path) == 0
        assert process.poll() is None


def test_no_record_and_a_damaged_one_are_nothing_to_do(tmp_path: Path) -> None:
    assert end_orphans(tmp_path / "none.json") == 0
    damaged = tmp_path / "damaged.json"
    damaged.write_text('[{"id": 1')
    assert end_orphans(damaged) == 0
