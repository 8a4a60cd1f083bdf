"""Finds and ends processes that an earlier start left running.

A guard ends its command within seconds of its parent's death. This handles a start before then, or
after the guard itself was killed. An id alone is never enough to kill a process: it must be in the
recorded process group *and* have the recorded arguments.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

#: The position of the number of threads in /proc/PID/stat, counted after the name.
_THREADS = 17
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Group:
    """One process group that we started: its id, and the arguments of each of its commands."""

    id: int
    arguments: tuple[str, ...]


def group_of(process_id: int, commands: Sequence[Sequence[str]]) -> Group:
    """The group that `process_id` leads, without the program's name, since interpreters may change
    it."""
    return Group(process_id, tuple(" ".join(command[1:]) for command in commands))


class ProcessRecord:
    """The running groups, in a file that survives its writer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._groups: dict[int, Group] = {}

    def add(self, group: Group) -> None:
        self._groups[group.id] = group
        self._write()

    def remove(self, group_id: int) -> None:
        self._groups.pop(group_id, None)
        self._write()

    def _write(self) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps([asdict(group) for group in self._groups.values()]))
        fresh.replace(self._path)


def end_orphans(path: Path) -> int:
    """Kills recorded processes that are still running; returns how many.

    Call it only while holding the lock on the data directory: then none of them has a parent.
    Returns once they are gone, or after five seconds.
    """
    found = {member for group in _read(path) for member in _members(group)}
    for member in found:
        try:
            os.kill(member, signal.SIGKILL)
        except ProcessLookupError:
            continue
    limit = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < limit and any(_is_running(member) for member in found):
        time.sleep(0.02)
    path.unlink(missing_ok=True)
    return len(found)


def _read(path: Path) -> list[Group]:
    try:
        stored = json.loads(path.read_text())
        return [Group(int(entry["id"]), tuple(entry["arguments"])) for entry in stored]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError):
        return []  # truncated by a power cut, after which nothing runs


def _members(group: Group) -> Iterator[int]:
    for process_id, group_id, command in _processes():
        if group_id == group.id and command.endswith(group.arguments):
            yield process_id


def _processes() -> Iterator[tuple[int, int, str]]:
    """(process, process group, command line) of every running process."""
    proc = Path("/proc")
    if (proc / "self" / "cmdline").exists():
        for entry in proc.iterdir():
            if not entry.name.isdigit():
                continue
            try:
                line = (entry / "cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ")
                yield int(entry.name), os.getpgid(int(entry.name)), os.fsdecode(line)
            except OSError:
                continue
        return
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,pgid=,command="], capture_output=True, text=True, check=True
    )
    for row in listing.stdout.splitlines():
        process_id, group_id, command = row.split(maxsplit=2)
        yield int(process_id), int(group_id), command.strip()


def _is_running(process_id: int) -> bool:
    """False for a zombie: it holds no ports or files, and its parent may never reap it."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return not Path("/proc/self/stat").exists()
    fields = stat.rpartition(")")[2].split()
    # A killed process is already a zombie while its threads still hold ports and files.
    return fields[0] != "Z" or int(fields[_THREADS]) > 1
