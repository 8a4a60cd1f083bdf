"""`onthedot import`: other schedulers' definitions as tasks. Prints them; sends nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import anyio
import click

from onthedot.applying.yaml_output import tasks_to_yaml
from onthedot.commands.terminal.output import say
from onthedot.importing.imported import ImportFailed, NoteKind, Source
from onthedot.importing.read import read
from onthedot.scheduling.firing.zones import ZoneError


@click.command(
    "import",
    short_help="Turn other schedulers' definitions into tasks.",
    epilog="\b\nExamples:\n"
    "  crontab -l | onthedot import crontab - --tz Europe/Rome > tasks.yaml\n"
    "  kubectl get cronjobs -A -o yaml | onthedot import kubernetes - > tasks.yaml\n"
    "  onthedot import temporal > tasks.yaml",
)
@click.argument("source", type=click.Choice([source.value for source in Source]))
@click.argument("paths", nargs=-1, metavar="FILE...")
@click.option("--tz", metavar="ZONE", help="Zone of the original's machine (default UTC).")
@click.option(
    "--system/--user",
    default=None,
    help="For a crontab: whether its lines name a user (default: guessed from its path and lines).",
)
def import_(source: str, paths: Sequence[str], tz: str | None, system: bool | None) -> None:
    """Convert another scheduler's definitions to tasks, and print them as YAML. Sends nothing.

    Standard error lists, line by line, what could not be converted or means something else here.
    `temporal` without FILE reads the server that TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE name.
    """
    kind, at = Source(source), datetime.now(UTC)
    if not paths and kind is not Source.TEMPORAL:
        raise click.UsageError("Name a file; - is standard input.")
    try:
        found = [
            read(kind, text, name=name, at=at, timezone=tz, system=system)
            for name, text in _texts(paths, at)
        ]
    except ZoneError as error:
        raise click.BadParameter(str(error), param_hint="--tz") from None
    except ImportFailed as error:
        raise click.ClickException(str(error)) from None
    tasks = [task for one in found for task in one.tasks]
    click.echo(tasks_to_yaml(tasks), nl=False)
    for one in found:
        click.echo(one.report(), nl=False, err=True)
    notes = [note for one in found for note in one.notes]
    lost = sum(note.kind is NoteKind.LOST for note in notes)
    say(f"{len(tasks):,} tasks, {lost:,} lines lost, {len(notes) - lost:,} other notes")


def _texts(paths: Sequence[str], at: datetime) -> Iterator[tuple[str, str]]:
    if not paths:
        from onthedot.importing.temporal.fetch import fetch_from_environment

        yield "temporal", anyio.run(fetch_from_environment, at)
    for path in paths:
        if path == "-":
            yield "<stdin>", sys.stdin.read()
            continue
        try:
            yield path, Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            said = error.strerror if isinstance(error, OSError) else "not UTF-8"
            raise click.ClickException(f"{path} cannot be read: {said}.") from None
