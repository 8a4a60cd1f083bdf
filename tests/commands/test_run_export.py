"""`onthedot run export`: files keep what Temporal deletes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.commands.conftest import Shell
from tests.definitions import one_time, recurring, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def test_each_run_that_ended_is_written_once_and_whole(
    shell: Shell, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    task, later = unique(), unique()
    await api.post("/tasks", json=recurring(id=task))
    await api.post("/tasks", json=one_time(id=later))
    ids = [(await api.post(f"/tasks/{task}/run")).json()["id"] for _ in range(3)]
    await _ended(api, task, 3)
    first = await shell("run", "export", "-d", "archive")
    assert first.returncode == 0, first.stderr
    rows = _of(task, tmp_path / "archive")
    assert sorted(row["id"] for row in rows) == sorted(ids)
    for row in rows:
        asked = (await api.get(f"/runs/{row['id']}")).json()
        assert row == asked
        assert row["status"] == "succeeded"
        assert row["output"]
    assert not _of(later, tmp_path / "archive")

    fourth = (await api.post(f"/tasks/{task}/run")).json()["id"]
    await _ended(api, task, 4)
    assert (await shell("run", "export", "-d", "archive", "--since", "-1d")).returncode == 0
    again = [row["id"] for row in _of(task, tmp_path / "archive")]
    assert sorted(again) == sorted([*ids, fourth])


async def test_a_line_that_was_cut_in_half_is_written_anew(
    shell: Shell, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    task = unique()
    await api.post("/tasks", json=recurring(id=task))
    await api.post(f"/tasks/{task}/run")
    await _ended(api, task, 1)
    await shell("run", "export", "-d", "archive")
    (row,) = _of(task, tmp_path / "archive")
    (file,) = [one for one in (tmp_path / "archive").iterdir() if row["id"] in one.read_text()]
    others = [line for line in file.read_text().splitlines(True) if row["id"] not in line]
    file.write_text("".join(others) + json.dumps(row)[:40])
    assert (await shell("run", "export", "-d", "archive")).returncode == 0
    assert _of(task, tmp_path / "archive") == [row]


async def test_a_directory_that_cannot_be_made_is_said(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = await shell("run", "export", "-d", "file/archive")
    assert ended.returncode == 1
    assert "Cannot write to file/archive" in ended.stderr


async def _ended(api: httpx.AsyncClient, task: str, number: int) -> None:
    async def all_ended() -> bool:
        answer = await api.get(f"/tasks/{task}/runs", params={"status": "succeeded"})
        return len(answer.json()["items"]) == number

    await eventually(all_ended)


def _of(task: str, archive: Path) -> list[dict[str, Any]]:
    lines = [line for file in archive.glob("runs-*.jsonl") for line in file.read_text().split("\n")]
    rows = [json.loads(line) for line in lines if line]
    return [row for row in rows if row["task_id"] == task]
