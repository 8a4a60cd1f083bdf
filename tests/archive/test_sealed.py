"""The archive is encrypted if keys are set, and reports how far it is, also if it makes no
progress."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from onthedot.archive.line import ArchivedRun, Lines
from onthedot.archive.reading import ArchivedDays
from onthedot.archive.writing import RunArchive
from onthedot.encryption.keys import Keyring
from onthedot.scheduling.outages import KeyMissing, NotOurSeal
from onthedot.scheduling.run import RunStatus
from onthedot.service.archive.exporter import Exporter
from tests.encryption.test_keys import ONE, TWO

_NEEDLE = "the-salary-of-jane"

pytestmark = pytest.mark.anyio


def _run(number: int) -> ArchivedRun:
    at = datetime(2026, 5, 4, 10, 0, number, tzinfo=UTC)
    return ArchivedRun(
        id=f"t~20260504T1000{number:02}Z~x",
        task_id="t",
        task_name=_NEEDLE,
        status=RunStatus.SUCCEEDED,
        scheduled_for=at,
        finished_at=at,
        output={"body": _NEEDLE},
        task_tags=(_NEEDLE,),
    )


def test_nothing_of_a_run_but_its_id_and_end_is_in_the_clear(tmp_path: Path) -> None:
    sealed = Lines(Keyring.parse(ONE))
    RunArchive(tmp_path, sealed).add([_run(1), _run(2)])
    (file,) = tmp_path.iterdir()
    assert _NEEDLE not in file.read_text()
    days = ArchivedDays(tmp_path, sealed)
    assert [run for _, run in days.runs("2026-05-04")] == [_run(2), _run(1)]
    assert days.find(_run(1).id) == _run(1)


def test_a_rotation_and_a_first_key_leave_what_is_there_readable(tmp_path: Path) -> None:
    for keys, number in (("plain", 1), (ONE, 2), (f"{TWO},{ONE}", 3)):
        RunArchive(tmp_path, Lines(Keyring.parse(keys))).add([_run(number), _run(1)])
    days = ArchivedDays(tmp_path, Lines(Keyring.parse(f"{TWO},{ONE}")))
    assert [run for _, run in days.runs("2026-05-04")] == [_run(3), _run(2), _run(1)]


def test_without_the_key_it_is_said(tmp_path: Path) -> None:
    RunArchive(tmp_path, Lines(Keyring.parse(ONE))).add([_run(1)])
    with pytest.raises(KeyMissing):
        ArchivedDays(tmp_path, Lines()).find(_run(1).id)
    other = Keyring.parse(ONE.partition(":")[0] + ":" + TWO.partition(":")[2])
    with pytest.raises(NotOurSeal):
        ArchivedDays(tmp_path, Lines(other)).find(_run(1).id)


def test_a_line_that_is_on_its_way_is_not_read(tmp_path: Path) -> None:
    RunArchive(tmp_path).add([_run(1)])
    (file,) = tmp_path.iterdir()
    with file.open("a") as opened:
        opened.write('{"id":"t~half')
    days = ArchivedDays(tmp_path, Lines())
    assert [run.id for _, run in days.runs("2026-05-04")] == [_run(1).id]
    assert days.find("t~half") is None


async def test_a_writer_that_can_only_read_tells_how_far_the_last_one_came(
    exporter: Exporter, directory: Path
) -> None:
    """For example, a server that was restarted while its disk was full."""
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
