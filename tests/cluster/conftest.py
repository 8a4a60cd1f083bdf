"""One deployment on a cluster for all tests of this folder, and the fault table at the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.deployment import Deployment, deployed
from tests.cluster.programs import VERSION, Missing, Programs, TemporalRelease, find
from tests.cluster.programs import temporal_release as built
from tests.faults.conftest import receiving as receiving
from tests.faults.judging.table import FaultTable
from tests.go_programs import default_cache

_TABLE = FaultTable("faults on a cluster", "cluster-faults.json")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    _TABLE.report(terminalreporter)


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
def one_deployment(programs: Programs, release: TemporalRelease) -> Iterator[Deployment]:
    with deployed(programs, release) as made:
        yield made


@pytest.fixture
def deployment(one_deployment: Deployment) -> Deployment:
    """The deployment with all its parts up, whatever an earlier test did to it."""
    one_deployment.start()
    return one_deployment
