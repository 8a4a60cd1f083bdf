"""The data directory: created, checked, locked against a second process; and a key in it."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

from onthedot.processes import StartError


class DataDir:
    """A directory for exclusive use by this process, from `open` until the process ends."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def open(cls, path: Path) -> DataDir:
        """Creates the directory if needed (readable only by its owner), and locks it.

        Raises StartError if it cannot be written or is in use.
        """
        path = path.expanduser().absolute()
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StartError(
                f"Cannot write to the data directory {path} ({error.strerror}). Make it writable, "
                f"or choose another one with --data-dir."
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 20).decode(errors="replace").strip()
            os.close(lock)
            raise StartError(
                f"The data directory {path} is in use by another `onthedot dev`"
                f"{f' (process {holder})' if holder else ''}. Stop that one, or choose another "
                f"directory with --data-dir."
            ) from None
        os.ftruncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        return cls(path, lock)

    def close(self) -> None:
        os.close(self._lock)


def kept_key(file: Path) -> str:
    """The key in `file`, which is created if missing; only the owner may read it.

    Raises StartError if the file cannot be read or written.
    """
    try:
        if not file.exists():
            fresh = file.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(secrets.token_urlsafe(32))
            fresh.rename(file)
        return file.read_text().strip()
    except OSError as error:
        raise StartError(
            f"Cannot read or write {file} ({error.strerror}). Make it writable, or remove it."
        ) from None
