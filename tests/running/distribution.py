"""Distributes the test files over the processes that run them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

#: The folders whose tests mostly wait.
_WAITS = ("faults", "service", "workflows")
#: What takes long comes first, so that nobody has to be waited for in the end.
_LONG = (
    "tests/api/requests/test_schema.py",
    "tests/faults",
    "tests/scheduling/differential",
    "tests/e2e",
    "tests/packaging",
)
#: It asks for all that is on every page, so it comes before there is much on them.
_FIRST = "tests/e2e/test_everywhere.py"
#: Folders that one process runs as a whole: each process would start a system of its own for them.
_TOGETHER = ("tests/faults",)
#: For these, each process starts a system and a browser, which takes ten seconds of processor time:
#: the first few processes share them, and others take one only when nothing else is left.
_DEAR = "tests/e2e"
_SHARE_DEAR = 2
#: Files whose tests each have a system of their own, and can be run by a process each.
_APART = ("tests/cluster/test_backup.py",)


def waits(path: str) -> bool:
    """Whether the tests of a file mostly wait. `path`: from the root of the repository."""
    return path.startswith(tuple(f"tests/{name}" for name in _WAITS))


class Distribution(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Hands out files: some folders as a whole, and some files test by test."""

    def __init__(self, config: pytest.Config, log: Producer | None) -> None:
        super().__init__(config, log)
        # The order of the collection is the one that counts, not how many tests a file has.
        config.option.loadscopereorder = False
        self._computing = min(os.cpu_count() or 1, self.numnodes // 2)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file in _APART:
            return nodeid
        folder = str(Path(file).parent)
        return folder if folder in _TOGETHER else file

    def _assign_work_unit(self, node: WorkerController) -> None:
        number = self.nodes.index(node)
        computes = number < self._computing

        def rank(scope: str) -> tuple[bool, bool, bool, bool]:
            too_dear = number >= _SHARE_DEAR and scope.startswith(_DEAR)
            late = not scope.startswith(_LONG)
            return too_dear, waits(scope) is computes, late, scope != _FIRST

        self.workqueue.move_to_end(min(self.workqueue, key=rank), last=False)
        super()._assign_work_unit(node)
