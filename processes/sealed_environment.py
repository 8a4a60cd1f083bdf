"""Environment variables that the system shows to nobody.

The variables that a process was started with stay readable, in /proc/PID/environ and by `ps`, to
every program of the same user, whatever the process deletes from them later. So what may be secret
travels in a file without a name instead: the receiver reads it, empties it, and puts the variables
into its own memory.

1. `start_clean` at the beginning of a program: takes over what was handed on; if it was started in
   the ordinary way, with something secret among its variables, it starts itself once more without.
2. `hand_on` for each child process.
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
    """Whether a variable of this name is better not shown."""
    return bool(_MAY_BE_SECRET.search(name))


def start_clean() -> None:
    """Leaves nothing secret in this process's block of variables, and `os.environ` as it was.

    To be called first of all. Does not return where the program has to be started once more. On
    Linux no other program of the same user can read this process's memory afterwards.
    """
    if not _took_over() and any(may_be_secret(name) for name in os.environ):
        file, environment = _seal(os.environ)
        os.set_inheritable(file, True)
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


@contextmanager
def hand_on(environment: Mapping[str, str]) -> Iterator[tuple[dict[str, str], tuple[int, ...]]]:
    """For a program that begins with `start_clean`: variables to start it with, and files to pass.

    The process must have been started when the block ends.
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
        # Bytes that are no UTF-8 come back as they were.
        writer.write(json.dumps(hidden).encode())
    shown = {name: value for name, value in environment.items() if name not in hidden}
    return file, shown | {SEALED: str(file)}


def _took_over() -> bool:
    """Whether another process handed something on; it is in `os.environ` then."""
    number = os.environ.pop(SEALED, "")
    try:
        with os.fdopen(int(number), "r+b") as file:
            file.seek(0)
            os.environ.update(json.loads(file.read()))
            file.truncate(0)
    except (OSError, ValueError):
        return False
    return True
