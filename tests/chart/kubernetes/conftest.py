"""Fixtures: the Kubernetes that `make kubernetes` has built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chart.kubernetes.programs import Kubernetes
from tests.chart.kubernetes.running import RunningKubernetes
from tests.chart.programs import Judges
from tests.go_programs import default_cache


@pytest.fixture(scope="session")
def kubernetes(
    judges: Judges, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningKubernetes]:
    """With the resources of KEDA and of the Prometheus Operator, but without these two."""
    programs = Kubernetes(default_cache())
    if not programs.built:
        pytest.skip("Kubernetes is not built: make kubernetes")
    running = RunningKubernetes(programs, tmp_path_factory.mktemp("kubernetes"))
    try:
        running.start()
        _know(running, judges.schemas)
        yield running
    finally:
        running.stop()


def _know(running: RunningKubernetes, schemas: Path) -> None:
    given = ("--filename", str(schemas))
    running.kubectl("apply", "--server-side", *given)
    running.kubectl("wait", "--for=condition=Established", *given, "--timeout=120s")
