"""Loading a program without Python's garbage collector.

What a program imports stays as long as it runs, so looking for garbage in it is in vain: it takes a
sixth of the processor time in which a server starts, and an eighth of a short command's.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """For the imports of a program. Later collections leave out what is there at the end of the
    block."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
