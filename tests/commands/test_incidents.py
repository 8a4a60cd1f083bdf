"""`onthedot incidents`."""

from __future__ import annotations

import httpx
import pytest

from tests.commands.conftest import Shell
from tests.definitions import command, every, unique
from tests.waiting import eventually

pytestmark = pytest.mark.anyio


async def test_it_says_what_failed_and_how_to_see_the_runs(
    api: httpx.AsyncClient, shell: Shell
) -> None:
    tag = unique("incident")
    task = {"id": tag, "tags": [tag], "trigger": every(3600), "action": command("false")}
    await api.post("/tasks", json={**task, "retry": {"max_attempts": 1}})
    started = (await api.post(f"/tasks/{tag}/run")).json()["id"]

    async def failed() -> bool:
        return bool((await api.get("/incidents", params={"tag": tag})).json()["items"])

    await eventually(failed)
    found = await shell.data("incidents", "--tag", tag, "--since", "-1h")
    (group,) = found["items"]
    table = await shell("incidents", "--tag", tag)
    names = await shell("incidents", "--tag", tag, "-o", "name")
    failure = group["cause"]["id"]
    runs = await shell("run", "list", "--failure", failure, "--tag", tag, "-o", "name")
    nothing = await shell("incidents", "--tag", unique("none"))
    await api.delete(f"/tasks/{tag}")
    assert (group["runs"], group["ongoing"]) == (1, True)
    assert "ExitCode: false ended with exit code 1." in table.stdout
    assert "Failed or timed out, from " in table.stderr
    assert names.stdout.split() == [tag]
    assert runs.stdout.split() == [started]
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "Nothing went wrong" in nothing.stderr
