"""Child processes that the kernel ends when their parent is gone, by `kill -9` too."""

from __future__ import annotations

import os
from collections.abc import Sequence


def bound_to_parent(command: Sequence[str], user: str | None = None) -> list[str]:
    """`command`, run so that it does not outlive the thread that starts it; as `user`, if named."""
    as_user = (f"--reuid={user}", f"--regid={user}", "--init-groups") if user else ()
    return ["setpriv", *as_user, "--pdeathsig", "KILL", "--", *command]


def is_root() -> bool:
    return os.geteuid() == 0
