"""One deployment on a cluster for all tests of this folder, and the fault table at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.deployment import Deployment, deployed
from tests.cluster.programs import VERSION, Missing, Programs, TemporalRelease, find
from tests.cluster.programs import temporal_release as built
from tests.faults.receiving import Receiving
from tests.faults.table import FaultTable
from tests.go_programs import default_cache

_FILE = Path(__file__).parents[2] / "build" / "cluster-faults.json"
_TABLE = FaultTable()
_FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _FOLDER in item.path.parents:
            item.add_marker(pytest.mark.cluster)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _TABLE.rows:
        return
    terminalreporter.section("faults on a cluster")
    for line in _TABLE.lines():
        terminalreporter.write_line(line)
    _TABLE.write(_FILE)
    terminalreporter.write_line(f"written to {_FILE}")


@pytest.fixture(scope="session")
def table() -> FaultTable:
    return _TABLE


@pytest.fixture(scope="session")
def programs() -> Programs:
    try:
        return find()
    except Missing as reason:
        pytest.fail(str(reason), pytrace=False)


@pytest.fixture(scope="session")
def release(programs: Programs) -> TemporalRelease:
    try:
        return built(programs, default_cache(), VERSION, print)
    except Missing as reason:
        pytest.fail(str(reason), pytrace=False)


@pytest.fixture(scope="session")
def receiving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiving]:
    started = Receiving(tmp_path_factory.mktemp("receiver"))
    started.part.start()
    try:
        started.part.wait_until_up()
        yield started
        late = started.came_later()
        assert not late, f"attempts were made after all was through: {late}"
    finally:
        started.part.kill()


@pytest.fixture(scope="session")
def one_deployment(programs: Programs, release: TemporalRelease) -> Iterator[Deployment]:
    with deployed(programs, release) as made:
        yield made


@pytest.fixture
def deployment(one_deployment: Deployment) -> Deployment:
    """The deployment with all its parts up, whatever an earlier test did to it."""
    one_deployment.start()
    return one_deployment
