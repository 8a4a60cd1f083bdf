"""`--watch`: repeats every two seconds, until Ctrl-C."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

PACE = timedelta(seconds=2)


def watch_option(command: Command) -> Command:
    """The option --watch."""
    return click.option(
        "-w", "--watch", is_flag=True, help="Refresh every two seconds, until Ctrl-C."
    )(command)


@contextmanager
def watched(forever: bool) -> Iterator[Iterator[None]]:
    """Yields once, or with `forever` every two seconds until Ctrl-C."""
    try:
        yield _rounds() if forever else iter([None])
    except KeyboardInterrupt:
        if not forever:
            raise


def _rounds() -> Iterator[None]:
    while True:
        if sys.stdout.isatty():
            click.clear()
        yield None
        sys.stdout.flush()
        time.sleep(PACE.total_seconds())
