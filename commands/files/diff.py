"""`onthedot diff`: what an apply would change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anyio
import click

from onthedot.applying.comparing import make_plan
from onthedot.applying.files import FileTask, read_paths
from onthedot.applying.plan import Step, StepKind
from onthedot.applying.problems import WrongFiles
from onthedot.client import AsyncOnTheDot, CallFailed
from onthedot.commands.files.options import checked_prune, counts, file_options, plan_lines
from onthedot.commands.reaching import async_server
from onthedot.commands.terminal.failures import explanation
from onthedot.commands.terminal.output import Format, output_option, say, show_list
from onthedot.scheduling.revisions.differences import ABSENT
from onthedot.scheduling.values import format_instant

#: As in `diff`: the same, different; higher for failures.
SAME, DIFFERENT, FAILED = 0, 1, 3


@click.command(
    short_help="Show what an apply would change.",
    epilog="\b\nExamples:\n  onthedot diff -f tasks/\n  onthedot export | onthedot diff -f -",
)
@file_options
@output_option
@click.pass_context
def diff(
    ctx: click.Context,
    paths: Sequence[str],
    set_name: str | None,
    prune: bool,
    force: bool,
    form: str,
) -> None:
    """Show what `apply` would change, and which runs of the next 30 days that adds and removes.
    Changes nothing.

    Exit codes: 0 the same, 1 different, above 1 failed.
    """
    checked_prune(prune, set_name)
    try:
        steps = anyio.run(_plan, async_server(), read_paths(paths), set_name, prune, force)
    except (CallFailed, WrongFiles) as error:
        say(f"onthedot: {explanation(error)}")
        ctx.exit(FAILED)
    different = [step for step in steps if step.kind is not StepKind.UNCHANGED]
    if form == Format.TABLE:
        for line in plan_lines(steps):
            click.echo(line)
        say(counts(steps))
    else:
        show_list([_as_data(step) for step in different], form, (), lambda step: step["task_id"])
    ctx.exit(DIFFERENT if different else SAME)


async def _plan(
    server: AsyncOnTheDot, files: list[FileTask], set_name: str | None, prune: bool, force: bool
) -> list[Step]:
    async with server:
        return await make_plan(
            server, files, set_name=set_name, prune=prune, force=force, with_instants=True
        )


def _as_data(step: Step) -> dict[str, Any]:
    """A step as plain JSON."""
    found: dict[str, Any] = {"task_id": step.task_id, "change": step.kind.value}
    if step.wanted is not None:
        source = step.wanted.source
        found |= {"file": source.file, "line": source.source.line}
    found["diff"] = [
        {"path": c.path}
        | ({"from": c.before} if c.before is not ABSENT else {})
        | ({"to": c.after} if c.after is not ABSENT else {})
        for c in step.changes
    ]
    if step.instants is not None:
        found["gained"] = [format_instant(at) for at in step.instants.gained]
        found["lost"] = [format_instant(at) for at in step.instants.lost]
    return found
