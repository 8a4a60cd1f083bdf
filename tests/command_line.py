"""The real `onthedot` command as a process, with its own ports and directory."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from tests.ports import free_port
from tests.waiting import PATIENCE

#: `onthedot`, without the working directory on its path.
COMMAND = (sys.executable, "-P", "-m", "onthedot.cli")


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without settings of On the Dot and Temporal, plus `extra`."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ONTHEDOT_", "TEMPORAL_"))
    }
    return plain | dict(extra)


def run(*arguments: str, cwd: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """One command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environment(extra),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Running:
    """A command that goes on until it is told to stop. `lines` is what it has said so far."""

    def __init__(
        self, *arguments: str, cwd: Path, program: Sequence[str] = COMMAND, **extra: str
    ) -> None:
        self.process = subprocess.Popen(
            [*program, *arguments],
            cwd=cwd,
            env=environment(extra),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._said = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_for(
        self, text: str, within: timedelta = timedelta(seconds=PATIENCE), count: int = 1
    ) -> None:
        """Returns once `text` was said `count` times."""

        def said() -> bool:
            return sum(text in line for line in self.lines) >= count

        with self._said:
            self._said.wait_for(
                lambda: said() or self.process.poll() is not None, within.total_seconds()
            )
        assert said(), "\n".join([f"never said {text!r}, but:", *self.lines])

    def stop(self, number: int) -> tuple[int, float]:
        """Sends a signal; returns the exit code and how many seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        took = time.monotonic() - began
        self._reader.join()
        return code, took

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join()
        if self.process.stdout:
            self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._said:
                self.lines.append(line.rstrip())
                self._said.notify_all()
        self.process.wait()
        with self._said:
            self._said.notify_all()


class Dev(Running):
    """`onthedot dev` on free ports; `directory` holds its data."""

    def __init__(
        self, directory: Path, ports: Mapping[str, int] | None = None, **extra: str
    ) -> None:
        self.ports = dict(ports or free_ports())
        options = [f"--{name}={port}" for name, port in self.ports.items()]
        super().__init__("dev", *options, f"--data-dir={directory}", cwd=directory.parent, **extra)

    def wait_until_up(self) -> None:
        self.wait_for("On the Dot is running")

    def get(self, path: str) -> tuple[int, bytes]:
        return get(self.ports["port"], path)


def free_ports() -> dict[str, int]:
    """One for each port option of `onthedot dev`."""
    names = ("port", "metrics-port", "temporal-port", "temporal-ui-port")
    found: dict[str, int] = {}
    while len(found) < len(names):
        port = free_port()
        if port not in found.values():
            found[names[len(found)]] = port
    return found


def get(port: int, path: str) -> tuple[int, bytes]:
    """Status and body of a GET on loopback."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
        return int(answer.status), bytes(answer.read())
