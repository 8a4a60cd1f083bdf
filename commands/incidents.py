"""`onthedot incidents`: what went wrong, over all tasks."""

from __future__ import annotations

from datetime import datetime

import click

from onthedot.commands.reaching import server
from onthedot.commands.terminal.output import (
    Column,
    Format,
    output_option,
    say,
    show_data,
    show_table,
)
from onthedot.commands.terminal.times import INSTANT, lasting, shown
from onthedot.scheduling.incidents.incident import Incident, Incidents, LateStart, MissedInstant

_FAILURES = (
    Column[Incident]("RUNS", lambda one: str(one.runs)),
    Column[Incident]("CAUSE", lambda one: _cause(one)),
    Column[Incident]("SINCE", lambda one: shown(one.first_at)),
    Column[Incident]("LAST", lambda one: shown(one.last_at)),
    Column[Incident]("TASKS", lambda one: _tasks(one)),
    Column[Incident]("NOW", lambda one: "ongoing" if one.ongoing else ""),
    Column[Incident]("ID", lambda one: one.cause.id),
)
_MISSED = (
    Column[MissedInstant]("TASK", lambda one: one.task_id),
    Column[MissedInstant]("DUE", lambda one: shown(one.at)),
    Column[MissedInstant]("STATE", lambda one: one.state.value, coloured=True),
    Column[MissedInstant]("REASON", lambda one: one.reason.value if one.reason else ""),
)
_LATE = (
    Column[LateStart]("TASK", lambda one: one.task_id),
    Column[LateStart]("DUE", lambda one: shown(one.at)),
    Column[LateStart]("LATE BY", lambda one: lasting(one.lateness)),
    Column[LateStart]("RUN", lambda one: one.run_id),
)


@click.command(
    short_help="Show what went wrong.",
    epilog="\b\nExamples:\n  onthedot incidents --since -12h\n"
    "  onthedot run list --status failed --failure ID",
)
@click.option(
    "--since", type=INSTANT, help="Due at or after this time (default a day before --until)."
)
@click.option("--until", type=INSTANT, help="Due at or before this time (default now).")
@click.option(
    "--tag", multiple=True, help="Only tasks with this tag. If repeated: with all of them."
)
@output_option
def incidents(
    since: datetime | None, until: datetime | None, tag: tuple[str, ...], form: str
) -> None:
    """Show what went wrong: failures by cause, what did not run, and what started late.

    With -o name, print the affected tasks.
    """
    with server() as there:
        found = there.list_incidents(since=since, until=until, tag=tag)
    if form == Format.NAME:
        for task_id in _names(found):
            click.echo(task_id)
    elif form == Format.TABLE:
        _show(found)
    else:
        show_data(found, form)


def _show(found: Incidents) -> None:
    span = f"from {shown(found.since)} to {shown(found.until)}"
    if not found.any:
        say(f"Nothing went wrong {span}.")
    if found.failures:
        say(f"Failed or timed out, {span}:")
        show_table(found.failures, _FAILURES)
    if found.did_not_run:
        say(f"Did not run, {span}:")
    if found.not_taken_up:
        show_table(found.not_taken_up, _FAILURES)
    if found.without_a_failure:
        show_table(found.without_a_failure, _MISSED)
    if found.late:
        say(f"Began late, {span}:")
        show_table(found.late, _LATE)
    if not found.complete:
        say("There may be more: part of this period was not checked, or is not listed.")


def _names(found: Incidents) -> list[str]:
    tasks = [task.id for one in found.items for task in one.tasks]
    tasks += [one.task_id for one in found.missed] + [one.task_id for one in found.late]
    return sorted(set(tasks))


def _cause(one: Incident) -> str:
    message = one.cause.message or "other errors"
    return f"{one.cause.type}: {message}"


def _tasks(one: Incident) -> str:
    first = one.tasks[0].id
    return first if one.task_count == 1 else f"{first} and {one.task_count - 1} more"
