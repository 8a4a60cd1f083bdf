"""`onthedot apply`: brings tasks from files to the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import anyio
import click

from onthedot.applying.comparing import make_plan
from onthedot.applying.files import FileTask, read_paths
from onthedot.applying.plan import Step, StepKind
from onthedot.applying.sending import Outcome, send_steps
from onthedot.client import AsyncOnTheDot, RevisionMismatch
from onthedot.commands.files.options import by_hand, checked_prune, counts, file_options, plan_lines
from onthedot.commands.reaching import async_server, explained
from onthedot.commands.terminal.asking import confirmed, yes_option
from onthedot.commands.terminal.output import say

_DONE = {StepKind.CREATE: "created", StepKind.CHANGE: "changed", StepKind.DELETE: "deleted"}

#: With this many steps, progress is reported.
_MANY = 50


@dataclass(frozen=True)
class _Asked:
    files: list[FileTask]
    set_name: str | None
    prune: bool
    force: bool
    dry_run: bool
    yes: bool


@click.command(
    short_help="Apply tasks from files to the server.",
    epilog="\b\nExamples:\n"
    "  onthedot apply -f tasks/ --dry-run\n"
    "  onthedot apply -f tasks/ --set billing --prune --yes",
)
@file_options
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@yes_option
@click.pass_context
def apply(
    ctx: click.Context,
    paths: Sequence[str],
    set_name: str | None,
    prune: bool,
    force: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Create and change tasks to match the files. Applying the same files again changes nothing.

    If a file is invalid, nothing is sent. Otherwise, failures are reported and the rest is still
    applied. A task that someone changed by hand since it was applied is left alone unless --force
    is given.
    """
    checked_prune(prune, set_name)
    asked = _Asked(read_paths(paths), set_name, prune, force, dry_run, yes)
    ctx.exit(anyio.run(_apply, async_server(), asked))


async def _apply(server: AsyncOnTheDot, asked: _Asked) -> int:
    async with server:
        steps = await make_plan(
            server,
            asked.files,
            set_name=asked.set_name,
            prune=asked.prune,
            force=asked.force,
            with_instants=asked.dry_run,
        )
        if asked.dry_run:
            for line in plan_lines(steps):
                click.echo(line)
            say(counts(steps))
            return 0
        _ask_about_deletions(steps, asked.yes)
        conflicts = [step for step in steps if step.kind is StepKind.CONFLICT]
        for step in conflicts:
            say(f"onthedot: {step.task_id}: {by_hand(step)}.")
        failed = await _carried_out(server, steps, asked.force)
    unchanged = sum(step.kind is StepKind.UNCHANGED for step in steps)
    left = f", {len(conflicts)} left as changed by hand" if conflicts else ""
    say(f"{unchanged:,} unchanged{left}" + (f", {failed:,} failed" if failed else ""))
    return 1 if failed or conflicts else 0


async def _carried_out(server: AsyncOnTheDot, steps: list[Step], force: bool) -> int:
    """Applies the plan, reports the result, and returns how many steps failed."""
    total = sum(step.kind in _DONE for step in steps)
    failed = done = 0
    async for outcome in send_steps(server, steps, force=force):
        done += 1
        failed += outcome.error is not None
        _report(outcome)
        if total >= _MANY and done % _MANY == 0:
            say(f"{done:,} of {total:,}")
    return failed


def _report(outcome: Outcome) -> None:
    task_id, error = outcome.step.task_id, outcome.error
    if error is None:
        click.echo(f"{task_id} {_DONE[outcome.step.kind]}")
    elif isinstance(error, RevisionMismatch):
        say(f"onthedot: {task_id}: someone changed it just now. Check with diff, and apply again.")
    else:
        say(f"onthedot: {task_id}: {explained(error)}")


def _ask_about_deletions(steps: Sequence[Step], yes: bool) -> None:
    gone = [step.task_id for step in steps if step.kind is StepKind.DELETE]
    if gone:
        say(f"No longer in any file: {', '.join(gone)}")
        confirmed(f"Delete {len(gone):,} tasks?" if len(gone) > 1 else "Delete it?", yes)
