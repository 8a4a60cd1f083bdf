"""Fixtures: a separate namespace, because an archive contains all runs of one; REST with an
archive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from temporalio.worker import Worker

from onthedot.service.archive.exporter import Exporter
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.serving import serving

# Here again: made once for all tests, they would otherwise be made of whichever client comes first.
from tests.conftest import temporal as temporal
from tests.conftest import worker as worker
from tests.temporal_elsewhere import own_namespace as client  # noqa: F401  # a fixture


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def exporter(temporal: Temporal, directory: Path) -> Exporter:
    return Exporter(temporal, directory)


@pytest.fixture
async def api(
    temporal: Temporal, settings: Settings, worker: Worker, directory: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """REST, with a worker, over an archive that nobody writes by itself."""
    kept = settings.model_copy(update={"archive": directory})
    async with serving(kept, temporal) as opened:
        yield opened
