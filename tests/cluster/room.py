"""A directory for a cluster, which goes with it."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def room() -> Iterator[Path]:
    """An empty directory, through which every user may pass to their own. Removed at the end."""
    directory = Path(tempfile.mkdtemp(prefix="onthedot-cluster-"))
    try:
        # PostgreSQL may run as another user.
        directory.chmod(0o711)
        yield directory
    finally:
        # Not in Python: what still ends may write while this removes.
        subprocess.run(["rm", "-rf", str(directory)], check=False)
