"""Commands whose descendants are all known, so that none stays behind unnoticed."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Mapping

from tests.process_tree import descendants, kill_quietly
from tests.waiting import wait_until

#: From <linux/prctl.h>.
_SET_CHILD_SUBREAPER = 36
#: What was killed a moment ago may still be ending.
_ENDS_WITHIN_SECONDS = 20.0
_ZOMBIE = "<defunct>"


def adopt_orphans() -> None:
    """Has every descendant whose parent ends become a child of this process, not of the first."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def run(command: list[str], environment: Mapping[str, str]) -> int:
    """The exit code of a command. Takes leave of adopted orphans as they end."""
    # In a group of its own, so that an interrupt at the terminal reaches it once, from here. What a
    # shell starts in the background would ignore it.
    process = os.posix_spawnp(
        command[0], command, environment, setpgroup=0, setsigdef=[signal.SIGINT]
    )
    try:
        while True:
            ended, status = os.wait()
            if ended == process:
                return os.waitstatus_to_exitcode(status)
    except KeyboardInterrupt:
        os.killpg(process, signal.SIGINT)
        os.waitpid(process, 0)
        raise


def end_what_is_left() -> list[str]:
    """Ends all descendants; returns the command lines of those that did not end by themselves."""
    try:
        wait_until(lambda: not _alive(), "all has ended", _ENDS_WITHIN_SECONDS)
    except AssertionError:
        left = _alive()
        for victim in left:
            kill_quietly(victim, signal.SIGKILL)
        return sorted(left.values())
    return []


def _alive() -> dict[int, str]:
    found = descendants(os.getpid())
    return {pid: line for pid, line in found.items() if not line.endswith(_ZOMBIE)}
