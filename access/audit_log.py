"""Who did what: one JSON line of the log `onthedot.audit` for each call that changes something.

REST or the page opens a line, for refused calls too; the service notes what was changed. A line
contains only names and numbers of a call: no body, no token, no secret.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from onthedot.access.identity import Identity
from onthedot.access.roles import OPEN, Role, needed

LOG = logging.getLogger("onthedot.audit")

#: Calls that need more than a viewer, and yet only read.
_READS = {"read_settings"}


def changes_something(call: str) -> bool:
    """Whether the audit log records a call, named as in `ROLES`."""
    reads = call in _READS or call in OPEN or needed(call) in (Role.FEED, Role.VIEWER)
    return bool(call) and not reads


#: What JSON leaves unescaped but terminals and readers of lines interpret: DEL and other control
#: characters, line separators, and changes of the writing direction.
_NOT_SHOWN = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


@dataclass
class Line:
    """One call. `door` is `rest`, with the response's `status`, or `page`, with `done` or the
    error's code."""

    call: str
    door: str
    address: str
    identity: Identity | None = None
    subject: dict[str, str] = field(default_factory=dict)
    status: int | str = 200
    changes: list[dict[str, str | int]] = field(default_factory=list)

    def text(self) -> str:
        """The line as JSON."""
        who = self.identity
        said: dict[str, object] = {
            "who": who.name if who else None,
            "role": who.role if who else None,
            "via": who.via if who else None,
            "door": self.door,
            "address": self.address,
            "call": self.call,
            **self.subject,
            "status": self.status,
        }
        # In a call that changes many tasks, each change names its task.
        said |= self.changes[0] if len(self.changes) == 1 else {}
        if len(self.changes) > 1:
            said["changes"] = self.changes
        return _NOT_SHOWN.sub(_escaped, json.dumps(said, ensure_ascii=False))


_current: ContextVar[Line | None] = ContextVar("onthedot.audit", default=None)


@contextmanager
def audited(line: Line) -> Iterator[Line]:
    """Writes the line when the block ends, even with an error."""
    token = _current.set(line)
    try:
        yield line
    except BaseException:
        if line.status in (200, "done"):
            line.status = 500
        raise
    finally:
        _current.reset(token)
        LOG.info("%s", line.text())


def note(task: str, **facts: str | int) -> None:
    """Record a change; `before` and `after` are revisions. Does nothing outside an audited call."""
    if (line := _current.get()) is not None:
        line.changes.append({"task": task, **facts})
