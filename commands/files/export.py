"""`onthedot export`: tasks as files that `apply` takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anyio
import click

from onthedot.applying.comparing import each
from onthedot.applying.concise import concise
from onthedot.applying.yaml_output import to_yaml
from onthedot.client import AsyncOnTheDot, NotFound
from onthedot.commands.reaching import async_server, server_url
from onthedot.commands.terminal.output import say
from onthedot.scheduling.task import Task


@click.command(
    short_help="Write tasks into files.",
    epilog="\b\nExamples:\n"
    "  onthedot export --tag reports -d tasks/\n"
    "  onthedot export > tasks.yaml",
)
@click.option("--tag", help="Only tasks with this tag.")
@click.option(
    "-d",
    "--directory",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="A file for each task, ID.yaml, instead of all on standard output.",
)
def export(tag: str | None, directory: Path | None) -> None:
    """Write tasks as YAML for `apply`. Applying it unchanged changes nothing.

    Finished tasks are left out: they would not fire again.
    """
    tasks = anyio.run(_tasks, async_server(), tag)
    if directory is None:
        for number, task in enumerate(tasks):
            click.echo(("---\n" if number else _editor_line()) + _text(task), nl=False)
        return
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for task in tasks:
            (directory / f"{task.id}.yaml").write_text(
                _editor_line() + _text(task), encoding="utf-8"
            )
    except OSError as error:
        raise click.ClickException(f"Cannot write to {directory}: {error.strerror}.") from None
    say(f"{len(tasks):,} tasks written to {directory}")


async def _tasks(server: AsyncOnTheDot, tag: str | None) -> list[Task]:
    async def whole(task: Task) -> Task | None:
        if not task.abridged:
            return task
        try:
            return await server.get_task(task.id)
        except NotFound:
            return None

    async with server:
        rows = {
            task.id: task
            async for task in server.list_tasks(tag=tag)
            if task.status in ("scheduled", "paused", "running")
        }
        found: Sequence[Task | None] = await each(list(rows.values()), whole)
    return sorted((task for task in found if task is not None), key=lambda task: task.id)


def _text(task: Task) -> str:
    return to_yaml(concise(task, task.id))


def _editor_line() -> str:
    """Tells editors where the schema is."""
    return f"# yaml-language-server: $schema={server_url().rstrip('/')}/task.schema.json\n"
