"""`onthedot run`, `preview` and `backfill` as processes against a real server."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.commands.conftest import Shell
from tests.definitions import SLEEP, recurring, unique

pytestmark = pytest.mark.anyio


async def test_preview_and_backfill(shell: Shell) -> None:
    preview = await shell(
        "preview", "30 2 * * *", "--tz", "Europe/Rome", "--after", "2026-10-23T12:00:00+02:00",
        "-n", "3",
    )  # fmt: skip
    assert preview.stdout.splitlines()[1:] == [
        "  2026-10-24 02:30:00+02:00", "  2026-10-25 02:30:00+02:00", "  2026-10-26 02:30:00+01:00",
    ]  # fmt: skip
    task_id = unique()
    await shell("task", "create", task_id, "--cron", "0 0 1 1 *", "--log", "hello")
    through = await shell(
        "backfill", task_id, "--from", "2024-06-01", "--to", "2026-06-01",
        "--overlap", "allow_all", "--wait",
    )  # fmt: skip
    assert through.returncode == 0, through.stderr
    assert "2 of 2" in through.stdout
    assert "2 of 2" in (await shell("backfill", task_id)).stdout


async def test_a_run_is_cancelled_and_watching_says_so(
    shell: Shell, api: httpx.AsyncClient
) -> None:
    task_id = unique()
    await api.post("/tasks", json=recurring(id=task_id, action=SLEEP))
    run = (await api.post(f"/tasks/{task_id}/run")).json()["id"]
    assert (await shell("run", "cancel", run)).stdout == f"{run} was asked to stop\n"
    watched = await shell("run", "watch", run)
    assert watched.returncode == 1
    assert "cancelled" in watched.stdout


async def test_a_run_with_variables_of_its_own_and_once_more(
    shell: Shell, api: httpx.AsyncClient
) -> None:
    task_id = unique()
    action = {"kind": "command", "argv": ["sh", "-c", "echo $WHO $ONTHEDOT_SCHEDULED_FOR"]}
    await api.post("/tasks", json=recurring(id=task_id, action=action, tags=[task_id]))
    ran = await shell(
        "task", "run", task_id, "--env", "WHO=me", "--scheduled-for", "2026-11-01T02:00", "--wait",
        "-o", "json",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    run = json.loads(ran.stdout)
    assert run["scheduled_for"] == "2026-11-01T01:00:00Z"
    assert "me 2026-11-01T01:00:00" in json.dumps(run["output"])
    again = await shell("run", "retry", run["id"], "--wait")
    assert again.returncode == 0, again.stderr
    listed = await shell.data("run", "list", "--tag", task_id, "--cause", "retry")
    assert [one["scheduled_for"] for one in listed] == [run["scheduled_for"]]
    assert (await shell("task", "run", task_id, "--env", "WHO")).returncode == 2
    assert (await shell("task", "run", task_id, "--body", "{")).returncode == 2
    assert (await shell("run", "list", "--task", task_id, "--tag", "x")).returncode == 2
