"""A key that is created once and kept in a file."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from onthedot.processes.errors import StartError


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
