"""A file system of a few megabytes, to be filled and emptied."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_MEGABYTE = 1024 * 1024


class SmallDisk:
    """A tmpfs at `path`, visible only to processes that `entry` starts.

    `users` keeps all of this machine's users in it, for a process that refuses to run as root.

    Raises:
        OSError: this machine does not allow it; the message says why.
    """

    def __init__(self, path: Path, megabytes: int, *, users: bool = False) -> None:
        for program in ("unshare", "nsenter", "mount"):
            if shutil.which(program) is None:
                raise OSError(f"there is no {program} here")
        path.mkdir()
        self.path = path
        # Where there are other users than root in it, root has to make it.
        self._own = () if users else ("--user",)
        rights = () if users else ("--user", "--map-root-user")
        script = (
            f"mount -t tmpfs -o size={megabytes}m,mode=1777 none '{path}' && echo there && exec cat"
        )
        self._holder = subprocess.Popen(
            ["unshare", *rights, "--mount", "sh", "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._holder.stdout
        said = self._holder.stdout.readline().strip()
        if said != "there":
            self.close()
            raise OSError(f"no file system of our own: {said}")

    @property
    def entry(self) -> tuple[str, ...]:
        """The prefix of a command that is to see it."""
        target = str(self._holder.pid)
        keep = ("--preserve-credentials",) if self._own else ()
        return ("nsenter", "--target", target, *self._own, "--mount", *keep)

    def fill(self) -> None:
        """Leaves no free byte."""
        fill = os.open(self._filler, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            for size in (_MEGABYTE, 4096, 1):
                self._write_all(fill, size)
        finally:
            os.close(fill)

    def empty(self) -> None:
        """Frees the space."""
        self._filler.unlink()

    def close(self) -> None:
        """Ends the namespace, and with its last process the file system."""
        self._holder.kill()
        self._holder.wait()
        for stream in (self._holder.stdin, self._holder.stdout):
            if stream:
                stream.close()

    @property
    def _filler(self) -> Path:
        return Path(f"/proc/{self._holder.pid}/root{self.path}/filler")

    def _write_all(self, file: int, size: int) -> None:
        block = b"x" * size
        while True:
            try:
                os.write(file, block)
            except OSError:
                return


@contextmanager
def small_disk(path: Path, megabytes: int, *, users: bool = False) -> Iterator[SmallDisk]:
    """One for some tests, which are skipped if this machine does not allow it."""
    try:
        made = SmallDisk(path, megabytes, users=users)
    except OSError as error:
        pytest.skip(f"a full disk cannot be had: {error}")
    try:
        yield made
    finally:
        made.close()
