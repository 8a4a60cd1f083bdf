"""What `diff` and `apply` share: the files, the set, and how a plan is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import click

from onthedot.applying.plan import Step, StepKind
from onthedot.commands.terminal.differences import field_lines, instant_lines
from onthedot.commands.terminal.times import shown

Command = TypeVar("Command", bound=Callable[..., Any])

_SIGNS = {
    StepKind.CREATE: ("+", "green", "is new"),
    StepKind.CHANGE: ("~", "yellow", "changes"),
    StepKind.CONFLICT: ("!", "red", "would change"),
    StepKind.DELETE: ("-", "red", "is in no file, and will be deleted"),
}
_TOLD = {
    StepKind.CREATE: "to create",
    StepKind.CHANGE: "to change",
    StepKind.CONFLICT: "changed by hand",
    StepKind.DELETE: "to delete",
    StepKind.UNCHANGED: "unchanged",
}


def file_options(command: Command) -> Command:
    """-f, --set, --prune and --force."""
    for option in (
        click.option("--force", is_flag=True, help="Overwrite what someone changed by hand, too."),
        click.option(
            "--prune", is_flag=True, help="Delete tasks of the set that are no longer in any file."
        ),
        click.option(
            "--set",
            "set_name",
            metavar="NAME",
            callback=_checked_set,
            help="A name for these files; their tasks get the tag set:NAME.",
        ),
        click.option(
            "-f",
            "--file",
            "paths",
            metavar="PATH",
            multiple=True,
            required=True,
            type=click.Path(),
            help="A YAML or JSON file, a directory of them, or - for standard input. May come "
            "several times.",
        ),
    ):
        command = option(command)
    return command


def checked_prune(prune: bool, set_name: str | None) -> None:
    """Raises click.UsageError for --prune without --set."""
    if prune and set_name is None:
        raise click.UsageError("--prune needs --set: only tasks of that set are ever deleted.")


def plan_lines(steps: Sequence[Step]) -> Iterator[str]:
    """What each step does, except those that do nothing."""
    for step in steps:
        if step.kind is StepKind.UNCHANGED:
            continue
        sign, colour, said = _SIGNS[step.kind]
        where = ""
        if step.wanted is not None:
            source = step.wanted.source
            where = f" ({source.file}:{source.source.line})"
        yield click.style(f"{sign} {step.task_id}", fg=colour) + f" {said}{where}"
        if step.kind is StepKind.CONFLICT:
            yield f"  {by_hand(step)}"
        yield from field_lines(step.changes)
        yield from instant_lines(step.instants)


def by_hand(step: Step) -> str:
    """Who changed the task by hand, and when."""
    before = step.before
    assert before is not None, step
    since = "since it was applied" if before.applied else "and it was not applied from a file"
    return (
        f"{before.updated_by} changed it by hand at {shown(before.updated_at)}, {since}; --force "
        f"overwrites that"
    )


def counts(steps: Sequence[Step]) -> str:
    """How many steps of each kind."""
    found = Counter(step.kind for step in steps)
    told = [f"{found[kind]:,} {_TOLD[kind]}" for kind in StepKind if found[kind]]
    return ", ".join(told) or "no tasks"


def _checked_set(_: click.Context, __: click.Parameter, name: str | None) -> str | None:
    plain = name is None or (
        0 < len(name) <= 60 and all(c.isascii() and (c.isalnum() or c in "._-") for c in name)
    )
    if not plain:
        raise click.BadParameter("takes up to 60 letters, digits, dots, dashes or underscores.")
    return name
