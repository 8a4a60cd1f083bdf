"""`onthedot task pause`, `resume`, `run` and `delete`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import click

from onthedot.client import CallFailed, OnTheDot, ProblemResponse
from onthedot.commands.ids import task_argument
from onthedot.commands.reaching import explained, server
from onthedot.commands.run.views import rows
from onthedot.commands.run.watch import follow
from onthedot.commands.terminal.asking import confirmed, yes_option
from onthedot.commands.terminal.output import output_option, say, show_one
from onthedot.commands.terminal.times import INSTANT


def for_each(task_ids: Sequence[str], change: Callable[[OnTheDot, str], object], done: str) -> None:
    """Applies `change` to each, and reports it as `done`. Raises SomeFailed if any was refused."""
    failed = 0
    with server() as there:
        for task_id in task_ids:
            try:
                change(there, task_id)
            except ProblemResponse as error:
                failed += 1
                say(f"onthedot: {task_id}: {explained(error)}")
            else:
                click.echo(f"{task_id} {done}")
    if failed:
        raise SomeFailed(failed, len(task_ids))


class SomeFailed(CallFailed):
    """Some of several tasks were refused; each refusal has been reported."""

    def __init__(self, failed: int, of: int) -> None:
        super().__init__(f"{failed} of {of} failed.")


@click.command(
    short_help="Pause tasks.",
    epilog='\b\nExample:\n  onthedot task pause nightly-report --note "moving house" --until +2d',
)
@task_argument(many=True)
@click.option("--note", default="", help="Why.")
@click.option("--until", type=INSTANT, help="Resumes automatically at this time.")
def pause(task_ids: Sequence[str], note: str, until: datetime | None) -> None:
    """Keep tasks from firing until they are resumed, or until --until."""
    for_each(task_ids, lambda there, one: there.pause_task(one, note=note, until=until), "paused")


@click.command(
    short_help="Resume tasks.",
    epilog="\b\nExample:\n  onthedot task resume nightly-report",
)
@task_argument(many=True)
@click.option("--note", default="", help="Why.")
def resume(task_ids: Sequence[str], note: str) -> None:
    """Let paused tasks fire again."""
    for_each(task_ids, lambda there, one: there.resume_task(one, note=note), "resumed")


@click.command(
    short_help="Delete tasks.",
    epilog="\b\nExample:\n  onthedot task delete nightly-report --yes",
)
@task_argument(many=True)
@yes_option
def delete(task_ids: Sequence[str], yes: bool) -> None:
    """Delete tasks. Runs in progress finish; `onthedot task restore` brings the tasks back."""
    confirmed(f"Delete {', '.join(task_ids)}?", yes)
    for_each(task_ids, lambda there, one: there.delete_task(one), "deleted")


@click.command(
    short_help="Run a task now.",
    epilog="\b\nExamples:\n  onthedot task run nightly-report --wait\n"
    "  onthedot task run nightly-report --scheduled-for 2026-11-24T02:00 --env DRY_RUN=1",
)
@task_argument()
@click.option(
    "--scheduled-for",
    type=INSTANT,
    help="The past time at which the run counts as due (default now).",
)
@click.option(
    "--arguments", metavar="JSON", help="A JSON list, in place of the action's arguments."
)
@click.option("--body", metavar="JSON", help="In place of the body of the HTTP call.")
@click.option(
    "--env",
    multiple=True,
    metavar="NAME=VALUE",
    help="A variable, in addition to the command's own.",
)
@click.option("--through-freeze", is_flag=True, help="Run even if a freeze is in force.")
@click.option("--wait", is_flag=True, help="Wait for the end: exit 0 if it succeeded, else 1.")
@output_option
@click.pass_context
def run(
    ctx: click.Context,
    task_id: str,
    scheduled_for: datetime | None,
    arguments: str | None,
    body: str | None,
    env: Sequence[str],
    through_freeze: bool,
    wait: bool,
    form: str,
) -> None:
    """Run a task now, in addition to its schedule. The values apply only to this run."""
    changed = {
        "arguments": _json("--arguments", arguments),
        "body": _json("--body", body),
        "env": _variables(env) or None,
        "through_freeze": through_freeze or None,
    }
    with server() as there:
        started = there.run_task(task_id, scheduled_for=scheduled_for, **changed)
        if wait:
            ctx.exit(follow(there, started.id, form))
    show_one(started, form, rows, started.id)


def _json(option: str, text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"is not JSON: {error}.", param_hint=option) from None


def _variables(env: Sequence[str]) -> dict[str, str]:
    if wrong := [one for one in env if not one.partition("=")[0] or "=" not in one]:
        raise click.BadParameter(f"{wrong[0]!r} is not of the form NAME=VALUE.", param_hint="--env")
    return {name: value for name, _, value in (one.partition("=") for one in env)}
