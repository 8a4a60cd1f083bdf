"""What other programs of the same user can see of a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from onthedot.processes.guard import SEALED
from onthedot.processes.sealed_environment import hand_on, may_be_secret
from tests.waiting import PATIENCE

ROOT = Path(__file__).parent.parent.parent
VALUE = "c4nary-v4lue"
PROGRAM = (
    "import sys, os, time; sys.path.insert(0, sys.argv[1])\n"
    "from processes.sealed_environment import start_clean\n"
    "start_clean()\n"
    "print(os.environ.get('A_TOKEN'), os.environ.get('PLAIN'), len(sys.argv), flush=True)\n"
    "sys.stdin.read()\n"
)
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


@contextmanager
def started(
    environment: dict[str, str], files: tuple[int, ...] = (), program: str = PROGRAM
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(ROOT)],
        env=environment | {"PATH": os.environ["PATH"]},
        pass_fds=files,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.communicate(timeout=PATIENCE)


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def shown(process: subprocess.Popen[str]) -> str:
    return Path(f"/proc/{process.pid}/environ").read_bytes().decode()


def test_a_program_that_was_started_with_a_secret_shows_none() -> None:
    with started({"A_TOKEN": VALUE, "PLAIN": "plain"}) as process:
        assert heard(process) == f"{VALUE} plain 2"
        assert VALUE not in shown(process)
        assert "PLAIN=plain" in shown(process)


def test_what_is_handed_on_is_never_shown() -> None:
    environment = {"A_TOKEN": VALUE, "PLAIN": "plain"}
    with hand_on(environment) as (visible, files):
        assert "A_TOKEN" not in visible
        with started(visible, files) as process:
            assert heard(process) == f"{VALUE} plain 2"
            assert VALUE not in shown(process)
            # Whoever still holds the file finds nothing in it.
            assert os.pread(files[0], 4096, 0) == b""


def test_without_a_secret_nothing_is_handed_on() -> None:
    with hand_on({"PLAIN": "plain"}) as (visible, files):
        assert (visible, files) == ({"PLAIN": "plain"}, ())


#: root may look everywhere, so it becomes somebody else first, who can be looked into.
ORDINARY = (
    "import os, ctypes\n"
    "os.geteuid() or os.setgid(65534) or os.setuid(65534)\n"
    "ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)\n"
)


def look(process: subprocess.Popen[str], what: str) -> str:
    """What another program of the same user reads from `what`."""
    program = f"{ORDINARY}open('/proc/{process.pid}/{what}', 'rb').read(1)"
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    ).stderr


@pytest.mark.parametrize("what", ["environ", "maps"])
def test_another_program_of_the_user_cannot_look_inside(what: str) -> None:
    program = PROGRAM.replace("start_clean()", ORDINARY + "start_clean()")
    with started({}, program=program.replace("start_clean()", "")) as open_one:
        heard(open_one)
        assert look(open_one, what) == ""
    with started({}, program=program) as process:
        heard(process)
        assert "PermissionError" in look(process, what)


@pytest.mark.parametrize("value", ["", "none", "77"])
def test_a_hand_over_that_is_none_is_ignored(value: str) -> None:
    with started({SEALED: value, "A_TOKEN": VALUE}) as process:
        assert heard(process).startswith(VALUE)
        assert VALUE not in shown(process)


def test_names_that_may_be_secret() -> None:
    secret = ("ONTHEDOT_SECRET_X", "TEMPORAL_API_KEY", "DB_PASSWORD", "aws_secret", "DATABASE_URL")
    assert all(map(may_be_secret, secret))
    assert not any(map(may_be_secret, ("PATH", "HOME", "LANG", "PWD", "ONTHEDOT_PORT")))
