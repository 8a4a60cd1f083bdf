"""`onthedot preview`: when a trigger would fire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from onthedot.commands.reaching import server
from onthedot.commands.terminal.output import Format, output_option, plain, say, show_data
from onthedot.commands.terminal.times import INSTANT, shown
from onthedot.messages.triggers import PreviewAnswer
from onthedot.scheduling.trigger import OnExcluded


@click.command(
    short_help="Show when a trigger would fire.",
    epilog="\b\nExamples:\n"
    '  onthedot preview "30 2 * * *" --tz Europe/Rome\n'
    "  onthedot preview --every 90 -n 3\n"
    '  onthedot preview "H 4 * * *" --id nightly-report\n'
    '  onthedot preview "0 9 LW * *" --tz Europe/Rome --exclude it',
)
@click.argument("expression", required=False, metavar="[CRON]")
@click.option("--every", metavar="DURATION", help="Instead of CRON: PT90S, or seconds.")
@click.option("--tz", metavar="ZONE", help="IANA time zone of CRON (default UTC).")
@click.option(
    "--exclude", multiple=True, metavar="CALENDAR", help="Skip the days of this calendar."
)
@click.option("--only", metavar="CALENDAR", help="Run only on the days of this calendar.")
@click.option(
    "--on-excluded",
    type=click.Choice([one.value for one in OnExcluded]),
    help="What happens to a run on an excluded day (default skip).",
)
@click.option("-n", "--count", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--after", type=INSTANT, help="Only after this time (default now).")
@click.option("--id", "task_id", metavar="TASK", help="The task's id, on which H depends.")
@output_option
def preview(
    expression: str | None,
    every: str | None,
    tz: str | None,
    count: int,
    after: datetime | None,
    task_id: str | None,
    exclude: tuple[str, ...],
    only: str | None,
    on_excluded: str | None,
    form: str,
) -> None:
    """Show the next instants at which a cron expression, or an interval, fires.

    Registers nothing.

    Warnings go to standard error.
    """
    if (expression is None) == (every is None):
        raise click.UsageError('Give a cron expression in quotes, as in "30 2 * * *", or --every.')
    trigger: dict[str, Any] = (
        {"kind": "interval", "every": seconds_or_iso(every)}
        if every is not None
        else {"kind": "cron", "expression": expression}
    )
    if tz is not None:
        trigger["timezone"] = tz
    if exclude:
        trigger["exclude"] = [{"calendar": name} for name in exclude]
    if only is not None:
        trigger["only"] = {"calendar": only}
    if on_excluded is not None:
        trigger["on_excluded"] = on_excluded
    with server() as there:
        found = there.preview_trigger(trigger, count=count, after=after, task_id=task_id)
    if form == Format.TABLE:
        _show(found)
    elif form == Format.NAME:
        click.echo("\n".join(plain(found)["next_runs"]))
    else:
        show_data(found, form)


def seconds_or_iso(text: str) -> float | str:
    """A duration in REST's form: a number is seconds."""
    try:
        return float(text)
    except ValueError:
        return text


def _show(found: PreviewAnswer) -> None:
    click.echo(found.description)
    moved = {one.at: f"  {one.text}" for one in found.moved}
    for at in found.next_runs:
        click.echo(f"  {shown(at)}{moved.get(at, '')}")
    for warning in found.warnings:
        say(f"Note: {warning}")
