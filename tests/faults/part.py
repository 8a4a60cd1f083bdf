"""One process of the system under test: killed, frozen, resumed, stopped and started again."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.forked import Forked
from tests.waiting import PATIENCE, wait_until


class Part:
    """A command in its own session. Its output goes to `log`.

    Args:
        is_ours: whether `command` has only the arguments of `onthedot`, which is then forked from a
            process with its modules already loaded.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        is_up: Callable[[], bool],
        *,
        is_ours: bool = False,
    ) -> None:
        self.name = name
        self._command = list(command)
        self._environment = dict(environment)
        self._log = log
        self.is_up = is_up
        self._is_ours = is_ours
        self._process: subprocess.Popen[bytes] | Forked | None = None

    @property
    def process_id(self) -> int:
        assert self._process, f"{self.name} was never started"
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Starts it (again); does not wait for it."""
        assert not self.running, f"{self.name} runs already"
        if self._is_ours:
            self._process = Forked(self._command, self._environment, self._log)
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                cwd=self._log.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_up(self, seconds: float = PATIENCE) -> None:
        """Returns once it responds."""

        def up() -> bool:
            assert self.running, f"{self.name} ended: {self.said()}"
            return self.is_up()

        wait_until(up, f"{self.name} answers", seconds)

    def kill(self) -> None:
        """`kill -9`."""
        self._signal(signal.SIGKILL)
        if self._process:
            self._process.wait()

    def freeze(self) -> None:
        """SIGSTOP: alive, with open connections, but silent."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def ask_to_stop(self) -> None:
        self._signal(signal.SIGTERM)

    def wait(self, seconds: float) -> int:
        """Its exit code, once it has ended. Raises subprocess.TimeoutExpired."""
        assert self._process
        return self._process.wait(seconds)

    def said(self) -> str:
        """The end of its output."""
        return self._log.read_text(errors="replace")[-3000:] if self._log.exists() else ""

    def _signal(self, number: int) -> None:
        if self.running:
            with suppress(ProcessLookupError):
                os.kill(self.process_id, number)


@contextmanager
def up(*parts: Part) -> Iterator[None]:
    """Has processes up as long as the block, and kills them at its end."""
    try:
        for part in parts:
            part.start()
        for part in parts:
            part.wait_until_up()
        yield
    finally:
        for part in parts:
            part.kill()


def answers(url: str, trust: ssl.SSLContext | bool = True) -> Callable[[], bool]:
    """Whether a GET of `url` returns 200. `trust`: the authority of accepted certificates."""
    if not url.startswith("https:"):
        # Reading the authorities' certificates takes longer than the call.
        trust = False

    def ask() -> bool:
        try:
            return httpx.get(url, timeout=2, trust_env=False, verify=trust).status_code == 200
        except httpx.HTTPError:
            return False

    return ask
