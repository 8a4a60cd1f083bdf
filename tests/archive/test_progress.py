"""How far the archive is, is told: also, and above all, when it does not move on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from onthedot.service.archive.exporter import Exporter

pytestmark = pytest.mark.anyio


async def test_a_writer_that_can_only_read_tells_how_far_the_last_one_came(
    exporter: Exporter, directory: Path
) -> None:
    """A server that was restarted while its disk was full, say."""
    came_to = datetime.now(UTC) - timedelta(hours=7)
    (directory / "archived-until").write_text(f"{came_to.isoformat()}\n")
    (directory / "archived-until.new").mkdir()
    with pytest.raises(OSError, match="directory"):
        await exporter.write_ended()
    assert _told() == came_to.timestamp()


async def test_it_moves_on_with_the_writer(exporter: Exporter) -> None:
    before = datetime.now(UTC)
    await exporter.write_ended()
    assert (_told() or 0) >= before.timestamp()


def _told() -> float | None:
    return REGISTRY.get_sample_value("onthedot_archived_until_timestamp_seconds")
