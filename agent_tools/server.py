"""The server with the tools: those that read and, if allowed, those that change something."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from starlette.types import ASGIApp

from onthedot.agent_tools.answers import Answering
from onthedot.agent_tools.asked import Asked
from onthedot.agent_tools.changing import Changing
from onthedot.agent_tools.reading import Reading

_INSTRUCTIONS = (
    "On the Dot runs scheduled tasks: what to do (an HTTP call, a command, an activity) and when "
    "(once, by a cron expression, at an interval). Instants are RFC 3339; answers are in UTC. A "
    "task has an id such as nightly-report; a run's id begins with its task's. To find out why "
    "something did not run, ask `why`, then `ledger`."
)


def build(ask: Asked, *, version: str, writes: bool) -> MCPServer:
    """A server whose tools use the client from `ask`; with `writes` they may also change things."""
    server: MCPServer = MCPServer(
        "onthedot",
        title="On the Dot",
        instructions=_INSTRUCTIONS,
        version=version,
        log_level="WARNING",
    )
    read, change = Reading(ask), Changing(ask)
    only_reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    _add(server, only_reads, read.list_tasks, read.show_task, read.preview, read.why, read.ledger)
    _add(server, only_reads, read.list_runs, read.show_run, read.forecast)
    if writes:
        adds, ends = ToolAnnotations(destructive_hint=False), ToolAnnotations(destructive_hint=True)
        _add(server, adds, change.register, change.pause, change.resume, change.run, change.retry)
        _add(server, ends, change.cancel)
    return server


@asynccontextmanager
async def answering(ask: Asked, *, version: str, writes: bool) -> AsyncIterator[ASGIApp]:
    """An ASGI app that answers one request over HTTP. The caller must have been checked before."""
    server = build(ask, version=version, writes=writes)
    unguarded = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    server.streamable_http_app(
        stateless_http=True, json_response=True, transport_security=unguarded
    )
    async with server.session_manager.run():
        yield server.session_manager.handle_request


def _add(server: MCPServer, hints: ToolAnnotations, *tools: Answering) -> None:
    for tool in tools:
        server.add_tool(tool, annotations=hints, structured_output=False)
