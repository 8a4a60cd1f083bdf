"""`onthedot` in processes that share its loaded modules."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from multiprocessing import resource_tracker
from pathlib import Path

_LOADED = [
    "onthedot.server",
    "onthedot.worker",
    "onthedot.client.client",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.websockets.auto",
]


class Forked:
    """`onthedot` with these arguments, started immediately.

    Its output goes to `log`; with `errors`, its standard error goes there. It starts in `cwd`, or
    in the directory of `log`, and reads `stdin`, or nothing. Use it like a `subprocess.Popen`.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        errors: Path | None = None,
        stdin: Path | None = None,
        cwd: Path | None = None,
    ) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([*_LOADED, __name__])
        files = (str(stdin or os.devnull), str(log), str(errors or log))
        told = (list(arguments), dict(environment), cwd or log.parent, files)
        # Nothing that a failed test forgot outlives the tests.
        self._process = context.Process(target=_become, args=told, daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return code


def _become(
    arguments: list[str], environment: dict[str, str], directory: Path, files: tuple[str, str, str]
) -> None:
    """In the copy: do what the kernel would do at an exec, then run the command. Never returns."""
    from onthedot.cli import main
    from onthedot.processes.sealed_environment import hand_on

    os.setsid()
    os.chdir(directory)
    for number, file in enumerate(files):
        mode = os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY
        opened = os.open(file, mode, 0o644)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  # multiprocessing closes it
    # What it shares with processes of its own is not for those of the tests to clear away.
    vars(resource_tracker._resource_tracker)["_fd"] = None
    paths = environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [path for path in paths if path]
    sys.argv = ["onthedot", *arguments]
    with contextlib.ExitStack() as stack:
        shown, _ = stack.enter_context(hand_on(environment))
        os.environ.clear()
        os.environ.update(shown)
        time.tzset()
        main()
