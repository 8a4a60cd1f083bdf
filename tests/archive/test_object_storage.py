"""Finished days are copied to object storage and back, by the guide's own commands."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from onthedot.archive.line import Lines
from onthedot.archive.reading import ArchivedDays
from onthedot.archive.writing import RunArchive
from onthedot.service.archive.exporter import Exporter
from tests.api.reading import walk
from tests.cluster.guide import commands, run
from tests.definitions import recurring, unique
from tests.faults.part import Part, up
from tests.go_programs import CannotBuild, GoTools, default_cache, find_go
from tests.ports import free_port, is_taken
from tests.waiting import eventually

_GATEWAY = ("github.com/versity/versitygw/cmd/versitygw", "v1.8.0")


@dataclass(frozen=True)
class ObjectStorage:
    """Where it is, and the keys to it."""

    url: str
    access_key: str
    secret_key: str


@contextmanager
def object_storage(tools: GoTools, directory: Path) -> Iterator[ObjectStorage]:
    """An empty one, as long as the block; its objects and log are in `directory`.

    Raises CannotBuild.
    """
    package, version = _GATEWAY
    folder = tools.cache / f"versitygw-{version}"
    gateway = folder / "versitygw"
    if not gateway.exists():
        tools.install(package, version, folder)
    port, access, secret = free_port(), secrets.token_hex(10), secrets.token_hex(20)
    objects, attributes = directory / "objects", directory / "attributes"
    for each in (objects, attributes):
        each.mkdir()
    # Not every file system has attributes of its own.
    command = [str(gateway), f"--port=127.0.0.1:{port}", "posix", f"--sidecar={attributes}"]
    keys = {"ROOT_ACCESS_KEY": access, "ROOT_SECRET_KEY": secret}
    part = Part(
        "object storage",
        [*command, str(objects)],
        {**os.environ, **keys},
        directory / "object-storage.log",
        lambda: is_taken(port),
    )
    with up(part):
        yield ObjectStorage(f"http://127.0.0.1:{port}", access, secret)


pytestmark = [pytest.mark.anyio, pytest.mark.cluster, pytest.mark.timeout(900)]

Guide = Callable[..., str]


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStorage]:
    go, rclone = find_go(), shutil.which("rclone")
    if go is None or rclone is None:
        pytest.skip("needs Go, and rclone (on Debian: apt install rclone)")
    try:
        with object_storage(GoTools(go, default_cache()), tmp_path_factory.mktemp("s3")) as made:
            yield made
    except CannotBuild as reason:
        pytest.skip(str(reason))


@pytest.fixture
def guide(storage: ObjectStorage, tmp_path: Path) -> Guide:
    """Runs commands beside the archive, with the guide's variables."""
    variables = commands("export RCLONE")
    for theirs, ours in (
        ("https://s3.example.com", storage.url),
        ("ACCESS_KEY_ID=…", f"ACCESS_KEY_ID={storage.access_key}"),
        ("SECRET_ACCESS_KEY=…", f"SECRET_ACCESS_KEY={storage.secret_key}"),
    ):
        assert theirs in variables
        variables = variables.replace(theirs, ours)
    # Nobody's own settings.
    own = {key: text for key, text in os.environ.items() if not key.startswith(("AWS_", "RCLONE_"))}
    environment = {**own, "RCLONE_CONFIG": str(tmp_path / "none.conf")}

    def ran(script: str, **more: str) -> str:
        return run(f"{variables}{script}", tmp_path, Path("/usr/bin"), {**environment, **more})

    return ran


async def test_finished_days_are_moved_to_object_storage_and_listed_once_they_are_back(
    api: httpx.AsyncClient, exporter: Exporter, directory: Path, guide: Guide
) -> None:
    task = unique()
    await api.post("/tasks", json=recurring(id=task))
    await api.post(f"/tasks/{task}/run")
    await eventually(lambda: _has_ended(api, task))
    await exporter.write_ended()
    now = datetime.now(UTC)
    last_week, long_ago = (_earlier(directory, now - timedelta(days=n)) for n in (7, 100))
    before = await walk(api, "/runs", archived=True)
    guide("rclone mkdir s3:onthedot-archive")
    guide(commands("rclone copy --min-age"))
    assert not long_ago.exists()
    assert last_week.exists()
    there = guide("rclone lsf s3:onthedot-archive").split()
    assert sorted(there) == sorted([last_week.name, long_ago.name])
    assert len(await walk(api, "/runs", archived=True)) == len(before) - 1
    # What was moved is not taken for missing.
    await exporter.write_ended()
    assert not long_ago.exists()
    month = long_ago.name.removeprefix("runs-")[:7]
    guide(commands("rclone copy --include"), MONTH=month)
    assert await walk(api, "/runs", archived=True) == before
    guide(commands("rclone copy --min-age"))
    assert not long_ago.exists()


async def _has_ended(api: httpx.AsyncClient, task: str) -> bool:
    runs = (await api.get(f"/tasks/{task}/runs")).json()["items"]
    return any(run["finished_at"] for run in runs)


def _earlier(directory: Path, ended: datetime) -> Path:
    """The file of an earlier day, which has a run and has not changed since."""
    days = ArchivedDays(directory, Lines())
    _, latest = next(days.runs(days.days()[0]))
    run_id = f"{latest.id}-{ended:%Y%m%d}"
    RunArchive(directory).add([latest.model_copy(update={"id": run_id, "finished_at": ended})])
    file = directory / f"runs-{ended:%Y-%m-%d}.jsonl"
    os.utime(file, (ended.timestamp(), ended.timestamp()))
    return file
