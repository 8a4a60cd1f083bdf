"""`onthedot task list` and `show`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import click

from onthedot.applying.yaml_output import to_yaml
from onthedot.commands.ids import task_argument
from onthedot.commands.reaching import server
from onthedot.commands.terminal.output import Column, output_option, plain, show_list, show_one
from onthedot.commands.terminal.times import lasting, shown
from onthedot.commands.terminal.watching import watch_option, watched
from onthedot.scheduling.stored.task_row import title
from onthedot.scheduling.task import Health, Task, TaskStatus
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, Trigger

_ORDERS = ("created", "name", "next_run", "last_run")

COLUMNS = (
    Column[Task]("ID", lambda task: task.id),
    Column[Task]("STATUS", lambda task: task.status.value, coloured=True),
    Column[Task]("WHEN", lambda task: _when(task.trigger)),
    Column[Task]("NEXT RUN", lambda task: shown(next(iter(task.next_runs), None))),
    Column[Task]("WHAT", lambda task: title(task.action)),
    Column[Task]("TAGS", lambda task: ",".join(task.tags)),
)


@click.command(
    "list",
    short_help="List tasks.",
    epilog="\b\nExamples:\n"
    "  onthedot task list --status paused\n"
    "  onthedot task list --tag reports -o name",
)
@click.option("--tag", multiple=True, help="With this tag. If repeated: with all of them.")
@click.option("--status", type=click.Choice([s.value for s in TaskStatus]))
@click.option(
    "--health", type=click.Choice([h.value for h in Health]), help="The outcome of its last run."
)
@click.option("--kind", type=click.Choice(["once", "cron", "interval"]))
@click.option("-q", "--search", "q", metavar="TEXT", help="Containing these words.")
@click.option("--sort", type=click.Choice(_ORDERS), help="The order (default open ones first).")
@click.option("--limit", type=click.IntRange(1), help="The most rows (default all).")
@watch_option
@output_option
def list_(limit: int | None, watch: bool, form: str, **which: Any) -> None:
    """List tasks: open ones first, newest first. Long definitions are abridged."""
    with server() as there, watched(watch) as rounds:
        for _ in rounds:
            found = there.list_tasks(**which)
            show_list(islice(found, limit), form, COLUMNS, lambda task: task.id)


@click.command(
    short_help="Show a task.",
    epilog="\b\nExamples:\n  onthedot task show nightly-report\n"
    "  onthedot task show nightly-report -o json",
)
@task_argument()
@output_option
def show(task_id: str, form: str) -> None:
    """Show one task: its definition, its next runs and its last one."""
    with server() as there:
        found = there.get_task(task_id)
    show_one(found, form, rows, found.id)


def rows(task: Task) -> Sequence[tuple[str, str]]:
    """The lines about a task."""
    definition = {
        name: value
        for name, value in plain(task).items()
        if name in ("trigger", "action", "retry", "notify") and value is not None
    }
    last = task.last_run
    return (
        ("Id", task.id),
        ("Name", task.name if task.name != task.id else ""),
        ("Description", task.description),
        ("Tags", ", ".join(task.tags)),
        ("Status", task.status.value),
        ("Note", task.note),
        ("Paused until", shown(task.paused_until)),
        *((name.capitalize(), _brief(value)) for name, value in definition.items()),
        ("Timeout", lasting(task.timeout)),
        ("Deadline", lasting(task.deadline)),
        ("Overlap", task.overlap.value),
        ("Catch-up", lasting(task.catchup_window)),
        ("Next runs", "\n".join(shown(at) for at in task.next_runs)),
        ("Last run", f"{last.status.value} at {shown(last.scheduled_for)}" if last else ""),
        ("Revision", f"{task.revision}{_last_change(task)}"),
        ("Changed", f"by {task.updated_by} at {shown(task.updated_at)}"),
        ("Created", shown(task.created_at)),
        ("In Temporal", task.links.temporal_ui),
    )


def _last_change(task: Task) -> str:
    """The pause or resume that made the current revision, if one did."""
    if task.changed_at in (None, task.updated_at):
        return ""
    return f", by {task.changed_by} at {shown(task.changed_at)}"


def _brief(value: dict[str, object]) -> str:
    """A part of the definition without empty values."""
    return to_yaml({name: found for name, found in value.items() if found not in (None, [], {})})


def _when(trigger: Trigger) -> str:
    match trigger:
        case CronTrigger():
            zone = "" if trigger.timezone == "UTC" else f" ({trigger.timezone})"
            return trigger.expression + zone
        case IntervalTrigger():
            return f"every {lasting(trigger.every)}"
        case _:
            return f"once at {shown(trigger.at)}"
