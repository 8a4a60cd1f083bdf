"""Hides environment variables from other programs.

The variables with which a process was started stay readable to every program of the same user, in
/proc/PID/environ and by `ps`, even if the process deletes them later. So variables that may be
secret are passed in an unnamed file instead: the receiver reads it, empties it, and keeps the
variables in its own memory.

1. `start_clean` at the beginning of a program takes over what was passed on. A program that was
   started with secret variables in its environment restarts itself without them.
2. `hand_on` passes variables to each child process.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from onthedot.processes.guard import SEALED

_MAY_BE_SECRET = re.compile(
    r"SECRET|TOKEN|PASSW|_PWD|KEY|CREDENTIAL|AUTH|COOKIE|DSN|DATABASE_URL", re.I
)
_SET_DUMPABLE = 4


def may_be_secret(name: str) -> bool:
    """Whether a variable of this name should be hidden."""
    return bool(_MAY_BE_SECRET.search(name))


def start_clean() -> None:
    """Remove secrets from this process's visible environment, but not from `os.environ`.

    Call this first. It does not return if the program has to restart. On Linux no other program of
    the same user can read this process's memory afterwards.
    """
    if not _took_over() and any(may_be_secret(name) for name in os.environ):
        file, environment = _seal(os.environ)
        os.set_inheritable(file, True)
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


@contextmanager
def hand_on(environment: Mapping[str, str]) -> Iterator[tuple[dict[str, str], tuple[int, ...]]]:
    """For a program that begins with `start_clean`: its variables, and the files to pass.

    Start the process before the block ends.
    """
    if not any(may_be_secret(name) for name in environment):
        yield dict(environment), ()
        return
    file, shown = _seal(environment)
    try:
        yield shown, (file,)
    finally:
        os.close(file)


def _seal(environment: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    hidden = {name: value for name, value in environment.items() if may_be_secret(name)}
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("environment")
    else:
        with tempfile.TemporaryFile() as unnamed:
            file = os.dup(unnamed.fileno())
    with os.fdopen(os.dup(file), "wb") as writer:
        # JSON escapes keep bytes that are not UTF-8 intact.
        writer.write(json.dumps(hidden).encode())
    shown = {name: value for name, value in environment.items() if name not in hidden}
    return file, shown | {SEALED: str(file)}


def _took_over() -> bool:
    """Whether another process passed variables on, which are then in `os.environ`."""
    number = os.environ.pop(SEALED, "")
    try:
        with os.fdopen(int(number), "r+b") as file:
            file.seek(0)
            os.environ.update(json.loads(file.read()))
            file.truncate(0)
    except (OSError, ValueError):
        return False
    return True
