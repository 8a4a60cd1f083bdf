"""Servers and workers as processes that share the loading of their modules.

Loading takes a server or a worker far longer than starting, and the tests start some sixty of them.
So one process loads what they import, once, and each begins as a copy of it: with the environment,
the session, the directory and the files of a process of its own, through the same `main`. That the
command itself starts them is tested in tests/processes and tests/dev.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import resource_tracker
from pathlib import Path

_LOADED = [
    "onthedot.server",
    "onthedot.worker",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.websockets.auto",
]


class Forked:
    """`onthedot` with these arguments, begun at once; its output goes to `log`.

    It is asked and waited for like a `subprocess.Popen`.
    """

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([*_LOADED, __name__])
        told = (list(arguments), dict(environment), str(log))
        # Nothing that a failed test forgot outlives the tests.
        self._process = context.Process(target=_become, args=told, daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """Its exit code, or none as long as it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return code


def _become(arguments: list[str], environment: dict[str, str], log: str) -> None:
    """In the copy: what the kernel would do at an exec, then the command. Does not return."""
    from onthedot.cli import main
    from onthedot.processes.sealed_environment import hand_on

    os.setsid()
    os.chdir(Path(log).parent)
    nothing = os.open(os.devnull, os.O_RDONLY)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for ours, theirs in ((nothing, 0), (written, 1), (written, 2)):
        os.dup2(ours, theirs)
    os.close(nothing)
    os.close(written)
    # What it shares with processes of its own is not for those of the tests to clear away.
    vars(resource_tracker._resource_tracker)["_fd"] = None
    paths = environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [path for path in paths if path]
    sys.argv = ["onthedot", *arguments]
    with contextlib.ExitStack() as stack:
        shown, _ = stack.enter_context(hand_on(environment))
        os.environ.clear()
        os.environ.update(shown)
        main()
