"""The processes of this machine, for tests that kill some."""

from __future__ import annotations

import os
import subprocess


def is_running(process_id: int) -> bool:
    """Whether the process exists and is not a zombie."""
    state = _ps("-o", "stat=", "-p", str(process_id)).strip()
    return bool(state) and not state.startswith("Z")


def descendants(process_id: int) -> dict[int, str]:
    """Process id and command line of every descendant of `process_id`."""
    rows = [
        row.split(maxsplit=2) for row in _ps("-A", "-ww", "-o", "pid=,ppid=,args=").splitlines()
    ]
    found: dict[int, str] = {}
    parents = {process_id}
    while parents:
        children = {
            int(pid): args for pid, ppid, args in (r for r in rows if len(r) == 3)
            if int(ppid) in parents
        }  # fmt: skip
        found |= children
        parents = set(children)
    return {pid: args for pid, args in found.items() if not args.startswith("ps ")}


def kill_quietly(process_id: int, number: int) -> None:
    try:
        os.kill(process_id, number)
    except ProcessLookupError:
        return


def _ps(*arguments: str) -> str:
    return subprocess.run(["ps", *arguments], capture_output=True, text=True, check=False).stdout
