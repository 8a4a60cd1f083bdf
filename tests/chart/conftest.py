"""Fixtures: Helm and the schemas that `make chart` has built."""

from __future__ import annotations

import pytest

from tests.chart.programs import Judges
from tests.go_programs import default_cache


@pytest.fixture(scope="session")
def judges() -> Judges:
    found = Judges(default_cache())
    if not found.built:
        pytest.skip("Helm and the schemas are not built: make chart")
    return found
