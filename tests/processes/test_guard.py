"""The guard: nothing outlives its parent."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from onthedot.processes import guard
from tests.process_tree import descendants, is_running
from tests.waiting import PATIENCE, at_load, wait_until

GUARD = [sys.executable, "-I", "-S", guard.__file__]
#: Says when it is ready, and does not end on SIGTERM.
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('ready', flush=True); time.sleep(60)"
)
#: Says when it is ready, and ends on SIGTERM with a code of its own.
POLITE = (
    "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); "
    "print('ready', flush=True); time.sleep(60)"
)


def start(program: str, grace: float = PATIENCE) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [*GUARD, str(grace), sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def finish(process: subprocess.Popen[str]) -> int:
    assert process.stdin
    assert process.stdout
    process.stdin.close()
    code = process.wait(PATIENCE)
    process.stdout.close()
    return code


@pytest.mark.parametrize(
    ("ending", "code"), [("sys.exit(3)", 3), ("os.kill(os.getpid(), signal.SIGKILL)", 137)]
)
def test_the_exit_code_is_the_commands(ending: str, code: int) -> None:
    process = start(f"import os, signal, sys; print('ready', flush=True); {ending}")
    assert process.wait(PATIENCE) == code
    assert finish(process) == code


def test_closing_the_pipe_asks_the_command_to_end() -> None:
    assert finish(start(POLITE)) == 7


def test_a_command_that_does_not_end_is_killed_after_its_grace() -> None:
    process = start(STUBBORN, grace=0.5)
    began = time.monotonic()
    assert finish(process) == 128 + signal.SIGKILL
    assert 0.4 < time.monotonic() - began < at_load(3)


def test_ctrl_c_and_a_stray_signal_are_the_parents_business() -> None:
    process = start(POLITE)
    process.send_signal(signal.SIGINT)
    assert finish(process) == 7


def test_the_command_ends_when_the_parent_is_killed(tmp_path: Path) -> None:
    parent_program = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen({[*GUARD, '0.5', sys.executable, '-c', STUBBORN]!r}, "
        "stdin=subprocess.PIPE)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", parent_program], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    assert parent.stdout.readline() == "ready\n"
    family = descendants(parent.pid)
    assert len(family) == 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not any(map(is_running, family)), "guard and command are gone")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills a child with its parent")
def test_the_command_ends_when_the_guard_is_killed() -> None:
    process = start(STUBBORN)
    (command,) = descendants(process.pid)
    process.kill()
    process.wait()
    wait_until(lambda: not is_running(command), "the command is gone")
    assert process.stdin
    assert process.stdout
    process.stdin.close()
    process.stdout.close()
