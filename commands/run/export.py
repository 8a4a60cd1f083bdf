"""`onthedot run export`: runs as files that outlive the retention."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import anyio
import click

from onthedot.applying.comparing import each
from onthedot.archive.writing import RunArchive
from onthedot.client import AsyncOnTheDot, NotFound
from onthedot.commands.reaching import async_server
from onthedot.commands.terminal.output import say
from onthedot.commands.terminal.times import INSTANT
from onthedot.scheduling.run import Run, RunStatus, ShortRun

#: How many are read and written at a time.
_CHUNK = 200


@click.command(
    short_help="Write runs that ended into files.",
    epilog="\b\nExamples:\n"
    "  onthedot run export -d archive/\n"
    "  onthedot run export -d archive/ --since -2d",
)
@click.option(
    "-d",
    "--directory",
    metavar="DIR",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The directory, with a file for each day: runs-YYYY-MM-DD.jsonl.",
)
@click.option("--since", type=INSTANT, help="Due at or after this time.")
@click.option("--until", type=INSTANT, help="Due at or before this time.")
def export(directory: Path, since: datetime | None, until: datetime | None) -> None:
    """Write ended runs, with output and error, as JSON Lines, by the UTC day of their end.

    Runs that are already in the files are skipped, so you may repeat it at any time: once a day,
    say, with --since a few days back. Temporal deletes runs after the retention; these files
    remain.
    """
    try:
        written = anyio.run(_exported, async_server(), RunArchive(directory), since, until)
    except OSError as error:
        raise click.ClickException(f"Cannot write to {directory}: {error.strerror}.") from None
    say(f"{written:,} runs written to {directory}")


async def _exported(
    server: AsyncOnTheDot, archive: RunArchive, since: datetime | None, until: datetime | None
) -> int:
    async def whole(run: ShortRun) -> Run:
        try:
            return await server.get_run(run.id)
        except NotFound:
            # Its retention ended meanwhile: the list's row is better than nothing.
            return Run.model_validate(run.model_dump())

    written = 0
    async with server:
        async for chunk in _chunks(_ended(server, archive, since, until)):
            archive.add(await each(chunk, whole))
            written += len(chunk)
    return written


async def _ended(
    server: AsyncOnTheDot, archive: RunArchive, since: datetime | None, until: datetime | None
) -> AsyncIterator[ShortRun]:
    """The ended runs that are not written yet, each of them once."""
    taken = set()
    async for run in server.list_runs(since=since, until=until, page_size=500):
        ended = run.status is not RunStatus.RUNNING and run.finished_at is not None
        if ended and run.id not in taken and not archive.has(run):
            taken.add(run.id)
            yield run


async def _chunks(runs: AsyncIterator[ShortRun]) -> AsyncIterator[list[ShortRun]]:
    chunk: list[ShortRun] = []
    async for run in runs:
        chunk.append(run)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
