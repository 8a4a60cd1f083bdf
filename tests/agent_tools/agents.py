"""An agent's own client of the tools, over HTTP and over standard input and output."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from onthedot.access.roles import Role
from tests.command_line import COMMAND

if TYPE_CHECKING:
    from mcp.client import Client

# What follows imports its client only when it runs: each process that collects the tests would
# spend a tenth of that time on it.


@asynccontextmanager
async def over_http(rest: httpx.AsyncClient, role: Role) -> AsyncIterator[Client]:
    import httpx2
    from mcp.client import Client
    from mcp.client.streamable_http import streamable_http_client

    headers = {"Authorization": f"Bearer {role}"}
    async with (
        httpx2.AsyncClient(headers=headers, trust_env=False) as http,
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
        env={"ONTHEDOT_URL": str(rest.base_url), "ONTHEDOT_TOKEN": role.value},
        cwd=directory,
    )
    async with Client(started) as client:
        yield client
