"""Processes that run tests, as copies of one that has loaded all that they import.

Loading it takes some four seconds of processor time, for each of eight processes otherwise.
pytest-xdist starts `ask` in place of Python, and passes to it what the copy is to execute.
"""

from __future__ import annotations

import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PATIENCE = 120.0


@contextmanager
def preloaded(paths: Sequence[str]) -> Iterator[str]:
    """The command of a copy that has loaded the tests of these paths, to be used in the block."""
    with tempfile.TemporaryDirectory() as directory:
        address = str(Path(directory, "copies"))
        absolute = [str(Path(path).absolute()) for path in paths]
        command = [sys.executable, "-m", "tests.running.preloaded", "serve", address, *absolute]
        # It ends when its standard input does, if this process is killed as well.
        original = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE)
        try:
            yield shlex.join([sys.executable, "-S", __file__, "ask", address])
        finally:
            original.kill()
            original.communicate()


def ask(address: str) -> None:
    """Stand in for the copy: it gets the same streams, and each ends with the other."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit = time.monotonic() + _PATIENCE
    with socket.socket(socket.AF_UNIX) as asking:
        while True:
            try:
                asking.connect(address)
                break
            except OSError:
                if time.monotonic() > limit:
                    raise
                time.sleep(0.05)
        socket.send_fds(asking, [b"?"], [0, 1, 2])
        with suppress(ConnectionError):
            asking.recv(1)


def serve(address: str, paths: Sequence[str]) -> None:
    """Load the tests of these paths, then copy this process for each that asks."""
    _load(paths)
    # Nobody waits for the copies. Ctrl-C is for them: they end what their tests have started.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        while listening.fileno() in select.select([listening.fileno(), 0], [], [])[0]:
            asked, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                _become(asked)
                return
            asked.close()


def _load(paths: Sequence[str]) -> None:
    import importlib

    import pytest
    from _pytest.config import _prepareconfig
    from _pytest.warnings import catch_warnings_for_item

    from onthedot.processes.loading import loading

    with loading():
        # Loads the plug-ins and conftest.py, and has assertions rewritten, as in each process.
        config = _prepareconfig(["--capture=no", *paths])
        with catch_warnings_for_item(config=config, ihook=config.hook, when="collect", item=None):
            for path in paths:
                given = Path(path.partition("::")[0])
                for file in [given] if given.is_file() else sorted(given.rglob("test_*.py")):
                    # What cannot be loaded each copy tries again, and reports.
                    with suppress(Exception, pytest.skip.Exception):
                        name = ".".join(file.relative_to(_ROOT).with_suffix("").parts)
                        importlib.import_module(name)


def _become(asked: socket.socket) -> None:
    _, streams, _, _ = socket.recv_fds(asked, 1, 3)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, closefd=False)  # noqa: SIM115  # execnet closes them
        for number, mode in enumerate(("r", "w", "w"))
    )
    threading.Thread(target=_end_with, args=(asked,), daemon=True).start()
    sys.argv = ["-c"]
    # What execnet has Python do: https://github.com/pytest-dev/execnet, gateway_io.py
    exec(eval(sys.stdin.readline()), {"__name__": "__main__"})


def _end_with(asked: socket.socket) -> None:
    asked.recv(1)
    os._exit(1)


if __name__ == "__main__":
    if sys.argv[1] == "ask":
        ask(sys.argv[2])
    else:
        serve(sys.argv[2], sys.argv[3:])
