"""`onthedot forecast`: the upcoming load."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from onthedot.commands.preview import seconds_or_iso
from onthedot.commands.reaching import server
from onthedot.commands.terminal.output import Column, Format, output_option, show_data, show_table
from onthedot.commands.terminal.times import INSTANT, lasting, shown
from onthedot.scheduling.forecast.report import BusyInstant, Forecast, Spread

#: Rows of a table by default.
_ROWS = 24
_BAR = 40
_NAMES = 3


@click.command(
    short_help="Show how many starts are due, and when.",
    epilog="\b\nExamples:\n  onthedot forecast\n"
    "  onthedot forecast --until +2h --step PT1M --tag reports\n"
    "  onthedot forecast --until +90d --step P1D -o json",
)
@click.option("--from", "since", type=INSTANT, help="The start (default now).")
@click.option("--until", type=INSTANT, help="The end (default a day after --from).")
@click.option(
    "--step", metavar="DURATION", help="PT1M, or seconds (default: a 24th of the period)."
)
@click.option("--tag", help="Only tasks with this tag.")
@output_option
def forecast(
    since: datetime | None,
    until: datetime | None,
    step: str | None,
    tag: str | None,
    form: str,
) -> None:
    """Show how many starts are due in each step, the busiest instants and their tasks, and how late
    the last start would be at the server's capacity (ONTHEDOT_CAPACITY_PER_SECOND).
    """
    with server() as there:
        found = there.forecast(since=since, until=until, step=_step(step), tag=tag)
    if form == Format.TABLE:
        _show(found, by=found.step if step else None)
    elif form == Format.NAME:
        click.echo("\n".join(task.id for busy in found.busiest[:1] for task in busy.tasks))
    else:
        show_data(found, form)


@dataclass(frozen=True)
class _Row:
    at: datetime
    starts: int
    most: int


def _step(text: str | None) -> timedelta | None:
    if text is None:
        return None
    from pydantic import TypeAdapter, ValidationError

    from onthedot.scheduling.values import Duration

    try:
        found: timedelta = TypeAdapter[timedelta](Duration).validate_python(seconds_or_iso(text))
    except ValidationError:
        raise click.BadParameter(
            "a duration is PT1M, or a number of seconds", param_hint="--step"
        ) from None
    return found


def _show(found: Forecast, *, by: timedelta | None) -> None:
    rows = list(_rows(found, by))
    show_table(
        rows,
        (
            Column("FROM", lambda row: shown(row.at)),
            Column("STARTS", lambda row: str(row.starts)),
            Column("", lambda row: "█" * round(_BAR * row.starts / max(row.most, 1))),
        ),
    )
    click.echo(
        f"\n{found.total} starts of {found.tasks} tasks until {shown(found.until)}. With "
        f"{found.capacity_per_second:g} a second the latest is {_late(found.last_start_late)}."
    )
    if found.frozen:
        click.echo(f"A freeze keeps {found.frozen} more from starting on time.")
    if not found.complete:
        click.echo("Not everything was counted: choose a shorter period, or a tag.")
    if found.busiest:
        click.echo("\nBusiest:")
    for busy in found.busiest[:5]:
        click.echo(f"  {shown(busy.at)}  {busy.starts} at once: {_named(busy)}")
        for way in busy.spread:
            click.echo(f"    {_would(way)}")


def _rows(found: Forecast, by: timedelta | None) -> Iterator[_Row]:
    """The steps, put together so that they fit a screen."""
    each = 1 if by else max(1, -(-len(found.starts) // _ROWS))
    sums = [sum(found.starts[at : at + each]) for at in range(0, len(found.starts), each)]
    for number, starts in enumerate(sums):
        yield _Row(found.since + found.step * each * number, starts, max(sums))


def _named(busy: BusyInstant) -> str:
    names = ", ".join(task.id for task in busy.tasks[:_NAMES])
    more = busy.starts - min(busy.starts, _NAMES)
    return f"{names} and {more} more" if more > 0 else names


def _late(late: timedelta) -> str:
    return f"{lasting(late)} late" if late else "on time"


def _would(way: Spread) -> str:
    done = {
        "hash": f"H as the minute of {way.tasks}",
        "jitter": f"A jitter of {lasting(way.jitter)} for {way.tasks}",
        "offset": f"An offset for {way.tasks}",
    }[way.how]
    return f"{done}: {way.starts} at once, the latest {_late(way.last_start_late)}"
