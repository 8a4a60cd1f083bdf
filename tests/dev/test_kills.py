"""What remains after parts of `onthedot dev` are killed, and that it starts again."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from pathlib import Path

import pytest

from tests.command_line import Dev, get
from tests.dev.conftest import STOP_LIMIT
from tests.process_tree import descendants, is_running
from tests.waiting import at_load, wait_until


@pytest.mark.faults
def test_nothing_stays_after_the_parent_is_killed(tmp_path: Path) -> None:
    with closing(Dev(tmp_path / "data")) as running:
        running.wait_until_up()
        family = descendants(running.process.pid)
        assert len(family) == 6  # three guards, and what they guard
        running.stop(signal.SIGKILL)
        wait_until(lambda: not any(map(is_running, family)), "every child is gone")


@pytest.mark.faults
def test_a_start_right_after_a_kill_finds_every_port_free(tmp_path: Path) -> None:
    with closing(Dev(tmp_path / "data")) as first:
        first.wait_until_up()
        first.stop(signal.SIGKILL)
        with closing(Dev(tmp_path / "data", first.ports)) as second:
            second.wait_until_up()
            assert second.get("/healthz")[0] == 200
            assert second.stop(signal.SIGTERM)[0] == 0


@pytest.mark.faults
def test_a_start_right_after_everything_is_killed_works(tmp_path: Path) -> None:
    with closing(Dev(tmp_path / "data")) as first:
        first.wait_until_up()
        for process in (first.process.pid, *descendants(first.process.pid)):
            os.kill(process, signal.SIGKILL)
        with closing(Dev(tmp_path / "data", first.ports)) as second:
            second.wait_until_up()
            assert second.stop(signal.SIGTERM)[0] == 0


@pytest.mark.faults
@pytest.mark.parametrize("name", ["worker", "server", "temporal"])
def test_a_killed_part_is_started_again(tmp_path: Path, name: str) -> None:
    mark = {
        "worker": "onthedot.cli worker",
        "server": "onthedot.cli server",
        "temporal": "start-dev",
    }[name]
    with closing(Dev(tmp_path / "data")) as running:
        running.wait_until_up()
        running.wait_for("polling the task queue")
        victims = [
            pid
            for pid, args in descendants(running.process.pid).items()
            if mark in args and "guard.py" not in args
        ]
        assert len(victims) == 1
        os.kill(victims[0], signal.SIGKILL)
        running.wait_for("starting it again")
        port = {"worker": "metrics-port", "server": "port", "temporal": "temporal-ui-port"}[name]
        wait_until(lambda: _answers(running.ports[port]), f"{name} is back")
        code, took = running.stop(signal.SIGINT)
        assert code == 0, running.lines
        assert took < at_load(STOP_LIMIT)


def _answers(port: int) -> bool:
    try:
        return get(port, "/healthz")[0] == 200
    except OSError:
        return False
