"""Fixtures: one system and one receiver for all tests, and the fault table at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.faults.judging.receiving import Receiving
from tests.faults.judging.table import FaultTable
from tests.faults.part import up
from tests.faults.stack import Stack

_TABLE = FaultTable("faults", "faults.json")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    _TABLE.report(terminalreporter)


@pytest.fixture(scope="session")
def table() -> FaultTable:
    return _TABLE


@pytest.fixture(scope="session")
def receiving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiving]:
    started = Receiving(tmp_path_factory.mktemp("receiver"))
    with up(started.part):
        yield started
        late = started.came_later()
        assert not late, f"attempts were made after all was through: {late}"


@pytest.fixture(scope="session")
def one_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    directory = tmp_path_factory.mktemp("stack")
    with closing(Stack(directory, workers=2, ONTHEDOT_WORKER_GRACE="PT10S")) as made:
        yield made


@pytest.fixture
def stack(one_stack: Stack) -> Stack:
    """The system with all its parts running, whatever an earlier test did to it."""
    one_stack.start()
    return one_stack
