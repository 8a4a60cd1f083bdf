"""A database failover and an upgrade of Temporal, each on a separate cluster."""

from __future__ import annotations

import time

import pytest

from tests.cluster.deployment import Deployment, deployed
from tests.cluster.programs import (
    PREVIOUS_VERSION,
    Missing,
    Programs,
    TemporalRelease,
    temporal_release,
)
from tests.cluster.test_faults import PATIENCE_SECONDS, three_times
from tests.faults.judging.receiving import Receiving
from tests.faults.judging.table import FaultTable
from tests.faults.judging.verdict import judge
from tests.faults.judging.wave import Wave, sleep_until
from tests.go_programs import default_cache

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="session")
def previous_release(programs: Programs) -> TemporalRelease:
    try:
        return temporal_release(programs, default_cache(), PREVIOUS_VERSION, print)
    except Missing as reason:
        pytest.fail(str(reason), pytrace=False)


@three_times
def test_the_database_fails_over_to_its_standby(
    programs: Programs,
    release: TemporalRelease,
    receiving: Receiving,
    table: FaultTable,
    turn: int,
) -> None:
    with deployed(programs, release, standby=True) as deployment:
        deployment.start()
        standby = deployment.cluster.standby
        assert standby
        wave = Wave(deployment, receiving)
        begin = wave.register()
        with wave.keep_registering():
            sleep_until(begin + 1.5)
            deployment.cluster.database.kill()
            # As long as somebody, or something, takes to see it.
            sleep_until(time.time() + 2)
            back = time.time()
            standby.promote()
            deployment.wait_until_ready()
            sleep_until(begin + 4.5)
        verdict = judge(wave, back=back, patience=PATIENCE_SECONDS)
    table.note("`kill -9` of PostgreSQL, its synchronous standby takes over after 2 s", verdict)


@three_times
def test_temporal_comes_to_a_new_release_node_by_node(
    programs: Programs,
    previous_release: TemporalRelease,
    release: TemporalRelease,
    receiving: Receiving,
    table: FaultTable,
    turn: int,
) -> None:
    """A minor version with another schema, which is upgraded first, as Temporal requires."""
    with deployed(programs, previous_release) as deployment:
        deployment.start()
        before = _schema(deployment)
        wave = Wave(deployment, receiving)
        begin = wave.register()
        with wave.keep_registering():
            sleep_until(begin + 0.5)
            deployment.cluster.update_schema(release)
            for node in deployment.cluster.nodes:
                node.stop()
                node.use(release)
                node.start()
                node.wait_until_up()
                deployment.wait_until_ready()
            back = time.time()
            sleep_until(time.time() + 2)
        assert _schema(deployment) != before
        verdict = judge(wave, back=back, patience=PATIENCE_SECONDS)
    versions = f"{previous_release.version} to {release.version}"
    table.note(f"rolling upgrade of Temporal from {versions}, schema first", verdict)


def _schema(deployment: Deployment) -> list[str]:
    """The versions of both databases' schemas."""
    asked = "SELECT curr_version FROM schema_version"
    database = deployment.cluster.database
    return [database.query(asked, database=name) for name in ("temporal", "temporal_visibility")]
