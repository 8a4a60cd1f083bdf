"""How a benchmark's process ends."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from typing import Any


def run(main: Coroutine[Any, Any, bool | None]) -> None:
    """Runs a benchmark and exits, with 1 if it returns False."""
    failed = asyncio.run(main) is False
    sys.stdout.flush()
    # The SDK can crash when an interpreter ends.
    os._exit(failed)
