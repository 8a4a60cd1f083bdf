"""`onthedot freeze`: windows in which schedules start nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from onthedot.commands.preview import seconds_or_iso
from onthedot.commands.reaching import server
from onthedot.commands.terminal.output import Column, output_option, say, show_list, show_one
from onthedot.commands.terminal.times import INSTANT, lasting, shown
from onthedot.scheduling.freezes.freeze import Freeze

COLUMNS = (
    Column[Freeze]("FREEZE", lambda found: found.name),
    Column[Freeze]("IN FORCE", lambda found: _in_force(found)),
    Column[Freeze]("NEXT", lambda found: shown(found.next_at)),
    Column[Freeze]("TASKS", lambda found: _which(found)),
    Column[Freeze]("THEN", lambda found: found.then.value),
    Column[Freeze]("NOTE", lambda found: found.note),
)


@click.group(short_help="Keep tasks from starting for a while.", no_args_is_help=True)
def freeze() -> None:
    """Keep tasks from starting for a while: all of them, or those with a tag."""


@freeze.command(
    "list", short_help="List freezes.", epilog="\b\nExample:\n  onthedot freeze list -o json"
)
@output_option
def list_(form: str) -> None:
    """List the freezes that are in force or have an upcoming window."""
    with server() as there:
        show_list(there.list_freezes(), form, COLUMNS, lambda found: found.name)


@freeze.command(short_help="Show a freeze.", epilog="\b\nExample:\n  onthedot freeze show year-end")
@click.argument("name")
@output_option
def show(name: str, form: str) -> None:
    """Show all details of a freeze."""
    with server() as there:
        show_one(there.get_freeze(name), form, _rows, name)


@freeze.command(
    "set",
    short_help="Create or replace a freeze.",
    epilog="\b\nExamples:\n"
    '  onthedot freeze set tonight --until +8h --then hold --note "Database migration"\n'
    "  onthedot freeze set year-end --from 2026-12-23 --until 2027-01-02 --tag reports\n"
    '  onthedot freeze set sundays --cron "0 0 * * 0" --tz Europe/Rome --duration P1D',
)
@click.argument("name")
@click.option("--from", "since", type=INSTANT, help="When it begins (default now).")
@click.option("--until", type=INSTANT, help="When it ends.")
@click.option(
    "--cron", metavar="CRON", help="When recurring windows begin: a cron expression, in quotes."
)
@click.option("--tz", metavar="ZONE", help="IANA time zone of --cron (default UTC).")
@click.option(
    "--duration", metavar="DURATION", help="How long each recurring window lasts, such as PT8H."
)
@click.option("--tag", "tags", multiple=True, help="Only tasks with this tag (default all).")
@click.option(
    "--then",
    type=click.Choice(["skip", "hold"]),
    default="skip",
    show_default=True,
    help="hold: the last occurrence of each task runs at the end.",
)
@click.option("--note", default="", help="Why, for other readers.")
@click.option(
    "--release-over",
    metavar="DURATION",
    help="The time over which held runs start (default PT1M; 0: all at once).",
)
@output_option
def set_(
    name: str,
    since: datetime | None,
    until: datetime | None,
    cron: str | None,
    tz: str | None,
    duration: str | None,
    tags: Sequence[str],
    then: str,
    note: str,
    release_over: str | None,
    form: str,
) -> None:
    """Create or replace a freeze. It takes effect within five seconds."""
    if (until is None) == (cron is None):
        raise click.UsageError("Give --until, or --cron with --duration.")
    if (cron is None) != (duration is None):
        raise click.UsageError("--cron and --duration go together.")
    body: dict[str, Any] = {"then": then, "note": note}
    if tags:
        body["tags"] = list(tags)
    if since is not None:
        body["from"] = since.isoformat()
    if until is not None:
        body["until"] = until.isoformat()
    if cron is not None and duration is not None:
        body["trigger"] = {"kind": "cron", "expression": cron, "timezone": tz or "UTC"}
        body["duration"] = seconds_or_iso(duration)
    if release_over is not None:
        body["release_over"] = seconds_or_iso(release_over)
    with server() as there:
        show_one(there.put_freeze(name, body), form, _rows, name)


@freeze.command(short_help="Lift a freeze.", epilog="\b\nExample:\n  onthedot freeze lift tonight")
@click.argument("name")
def lift(name: str) -> None:
    """Lift a freeze: tasks start again, and held occurrences run."""
    with server() as there:
        there.delete_freeze(name)
    say(f"{name} is lifted.")


def _rows(found: Freeze) -> Sequence[tuple[str, str]]:
    return (
        ("freeze", found.name),
        ("in force", _in_force(found)),
        ("from", shown(found.since)),
        ("until", shown(found.until)),
        ("next window", shown(found.next_at)),
        ("lasts", lasting(found.duration)),
        ("tasks", _which(found)),
        ("then", found.then.value),
        ("released over", lasting(found.release_over)),
        ("note", found.note),
        ("changed", f"{shown(found.updated_at)} by {found.updated_by}"),
    )


def _in_force(found: Freeze) -> str:
    return f"until {shown(found.ends_at)}" if found.in_force else "no"


def _which(found: Freeze) -> str:
    return "all" if found.tags == "all" else ", ".join(found.tags)
