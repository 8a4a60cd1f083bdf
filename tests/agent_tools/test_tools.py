"""The tools as an agent's own client calls them: by standard input and output, and over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from onthedot.access.roles import Role
from tests.api.serving import as_role
from tests.command_line import COMMAND
from tests.definitions import recurring, unique
from tests.waiting import PATIENCE, eventually

if TYPE_CHECKING:
    from mcp.client import Client

# What follows imports its client only when it runs: each process that collects the tests would
# spend a tenth of that time on it.


@asynccontextmanager
async def over_http(rest: httpx.AsyncClient, role: Role) -> AsyncIterator[Client]:
    import httpx2
    from mcp.client import Client
    from mcp.client.streamable_http import streamable_http_client

    async with (
        httpx2.AsyncClient(headers=as_role(role), timeout=PATIENCE, trust_env=False) as http,
        Client(streamable_http_client(f"{rest.base_url}/mcp", http_client=http)) as client,
    ):
        yield client


@asynccontextmanager
async def over_stdio(
    rest: httpx.AsyncClient, role: Role, directory: Path, *options: str
) -> AsyncIterator[Client]:
    from mcp.client import Client
    from mcp.client.stdio import StdioServerParameters

    program, *arguments = COMMAND
    started = StdioServerParameters(
        command=program,
        args=[*arguments, "mcp", *options],
        env={"ONTHEDOT_URL": str(rest.base_url), "ONTHEDOT_TOKEN": f"otd_{role}"},
        cwd=directory,
    )
    async with Client(started) as client:
        yield client


pytestmark = pytest.mark.anyio

_READING = {
    *("list_tasks", "show_task", "preview", "why", "ledger"),
    *("list_runs", "show_run", "forecast"),
}
_CHANGING = {"register", "pause", "resume", "run", "cancel", "retry"}


async def _names(client: Client) -> set[str]:
    return {tool.name for tool in (await client.list_tools()).tools}


async def _told(client: Client, tool: str, **arguments: Any) -> str:
    """The answer of a tool that works."""
    result = await client.call_tool(tool, arguments)
    (said,) = result.content
    assert said.type == "text"
    assert not result.is_error, said.text
    assert len(said.text) < 10_000
    return said.text


async def _refused(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    (said,) = result.content
    assert said.type == "text"
    assert result.is_error, said.text
    return said.text


async def test_a_day_of_an_agent_over_http(rest: httpx.AsyncClient) -> None:
    task_id = unique()
    async with over_http(rest, Role.EDITOR) as agent:
        assert await _names(agent) == _READING | _CHANGING
        cron = {"kind": "cron", "expression": "0 9 * * 1-5", "timezone": "Europe/Rome"}
        preview = await _told(agent, "preview", trigger=cron, count=2)
        assert preview.splitlines()[0] == "At 09:00, Monday to Friday"
        assert len(preview.splitlines()) == 3
        made = await _told(
            agent,
            "register",
            task={"id": task_id, "trigger": cron, "action": {"kind": "log", "message": "hi"}},
        )
        assert made.startswith(f"Registered. {task_id}: scheduled, never_ran; cron 0 9 * * 1-5")
        again = await _refused(agent, "register", task=recurring(id=task_id))
        assert "in use" in again
        wrong = await _refused(agent, "register", task={"trigger": cron})
        assert "action" in wrong

        assert (await _told(agent, "pause", task_id=task_id, note="holiday")).endswith("paused.")
        assert "holiday" in await _told(agent, "why", task_id=task_id)
        assert "(holiday)" in await _told(agent, "show_task", task_id=task_id)
        assert (await rest.get(f"/tasks/{task_id}")).json()["changed_by"] == "an-editor"
        await _told(agent, "resume", task_id=task_id)

        started = await _told(agent, "run", task_id=task_id)
        run_id = started.removeprefix("Started. ").partition(": ")[0]
        assert "by an-editor" in started

        async def succeeded() -> bool:
            return ": succeeded" in await _told(agent, "show_run", run_id=run_id)

        await eventually(succeeded)
        assert run_id in await _told(agent, "list_runs", task_id=task_id)
        assert "has ended already" in await _refused(agent, "cancel", run_id=run_id)
        assert "retry" in await _told(agent, "retry", run_id=run_id)

        async def listed() -> bool:
            return task_id in await _told(agent, "list_tasks", words=task_id)

        await eventually(listed)
        assert (await _told(agent, "ledger", task_id=task_id)).startswith("From 20")
        assert "starts" in await _told(agent, "forecast")
        assert "There is no task" in await _refused(agent, "show_task", task_id="nothing")
        assert "since" in await _refused(agent, "list_runs", since="yesterday")
    await rest.delete(f"/tasks/{task_id}")


async def test_each_may_what_its_role_may(rest: httpx.AsyncClient) -> None:
    async with over_http(rest, Role.VIEWER) as viewer:
        assert await _names(viewer) == _READING
        assert "run" in await _refused(viewer, "run", task_id="nothing")
    async with over_http(rest, Role.OPERATOR) as operator:
        assert await _names(operator) == _READING | _CHANGING
        told = await _refused(operator, "register", task=recurring(id=unique()))
        assert "needs the role editor" in told


async def test_who_may_not_call_rest_may_not_call_this(rest: httpx.AsyncClient) -> None:
    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    stranger = await rest.post("/mcp", json=hello, headers={"Authorization": "Bearer nobody"})
    assert stranger.status_code == 401
    nobody = await rest.post("/mcp", json=hello, headers={"Authorization": ""})
    assert nobody.status_code == 401
    refused = await rest.get("/mcp")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


async def test_over_standard_input_and_output(rest: httpx.AsyncClient, tmp_path: Path) -> None:
    task_id = unique()
    await rest.post("/tasks", json=recurring(id=task_id))
    async with over_stdio(rest, Role.ADMIN, tmp_path) as agent:
        assert await _names(agent) == _READING
        assert task_id in await _told(agent, "show_task", task_id=task_id)
        assert "pause" in await _refused(agent, "pause", task_id=task_id)
    async with over_stdio(rest, Role.ADMIN, tmp_path, "--allow-writes") as agent:
        assert await _names(agent) == _READING | _CHANGING
        await _told(agent, "pause", task_id=task_id)
    assert (await rest.get(f"/tasks/{task_id}")).json()["status"] == "paused"
    await rest.delete(f"/tasks/{task_id}")
