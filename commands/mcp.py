"""`onthedot mcp`: tools for a language model, over standard input and output."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click

from onthedot.client import AsyncOnTheDot
from onthedot.commands.reaching import async_server
from onthedot.version import version


@click.command(
    short_help="Serve tools for a language model.",
    epilog="\b\nExamples:\n  onthedot mcp\n  onthedot mcp --allow-writes",
)
@click.option(
    "--allow-writes",
    is_flag=True,
    help="Also register, pause, resume, run, cancel and retry, if the token's role allows it.",
)
def mcp(allow_writes: bool) -> None:
    """Serve the Model Context Protocol on standard input and output; an agent's program starts it.

    It reads tasks, runs, ledgers and forecasts, and changes nothing without --allow-writes.
    """
    from onthedot.agent_tools.server import build

    @asynccontextmanager
    async def ask() -> AsyncIterator[AsyncOnTheDot]:
        async with async_server() as client:
            yield client

    build(ask, version=version(), writes=allow_writes).run()
