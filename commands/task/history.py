"""`onthedot task revisions` and `restore`: earlier definitions, and restoring them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import click

from onthedot.applying.concise import concise
from onthedot.applying.yaml_output import to_yaml
from onthedot.client import OnTheDot
from onthedot.commands.ids import task_argument
from onthedot.commands.reaching import server
from onthedot.commands.task.changes import for_each
from onthedot.commands.terminal.asking import confirmed, yes_option
from onthedot.commands.terminal.differences import change_lines
from onthedot.commands.terminal.output import (
    Column,
    Format,
    output_option,
    say,
    show_list,
    show_one,
)
from onthedot.commands.terminal.times import shown
from onthedot.scheduling.revisions.differences import changes
from onthedot.scheduling.revisions.revision import Revision

_REVISION = click.IntRange(1, 10**9 - 1)

COLUMNS = (
    Column[Revision]("REVISION", lambda each: str(each.revision)),
    Column[Revision]("AT", lambda each: shown(each.at)),
    Column[Revision]("CHANGE", lambda each: each.change.value, coloured=True),
    Column[Revision]("BY", lambda each: each.by),
    Column[Revision]("WHAT", lambda each: _what(each)),
)


@click.command(
    short_help="Who changed what, and when.",
    epilog="\b\nExamples:\n  onthedot task revisions nightly-report\n"
    "  onthedot task revisions nightly-report 3 > then.yaml",
)
@task_argument()
@click.argument("revision", required=False, type=_REVISION)
@click.option("--limit", type=click.IntRange(1), help="The most rows (default all).")
@output_option
def revisions(task_id: str, revision: int | None, limit: int | None, form: str) -> None:
    """List a task's revisions, newest first; with REVISION, print the definition as it was then."""
    with server() as there:
        if revision is None:
            found = there.list_revisions(task_id)
            show_list(islice(found, limit), form, COLUMNS, lambda each: str(each.revision))
            return
        definition = there.get_revision(task_id, revision)
    if form == Format.TABLE:
        click.echo(to_yaml(concise(definition, task_id)), nl=False)
    else:
        show_one(definition, form, lambda _: (), task_id)


@click.command(
    short_help="Restore deleted tasks, or an earlier revision.",
    epilog="\b\nExamples:\n  onthedot task restore nightly-report\n"
    "  onthedot task restore nightly-report --revision 3\n"
    "  onthedot task list --status deleted -o name | xargs onthedot task restore",
)
@task_argument(many=True)
@click.option("--revision", type=_REVISION, help="Restore this revision of a task.")
@yes_option
def restore(task_ids: Sequence[str], revision: int | None, yes: bool) -> None:
    """Restore deleted tasks as they were. With --revision, restore an earlier definition of one
    task, after showing what that changes.
    """
    if revision is None:
        for_each(task_ids, lambda there, one: there.restore_task(one), "restored")
        return
    if len(task_ids) > 1:
        raise click.UsageError("--revision is for one task at a time.")
    with server() as there:
        _restore_revision(there, task_ids[0], revision, yes)


def _restore_revision(there: OnTheDot, task_id: str, revision: int, yes: bool) -> None:
    task, then = there.get_task(task_id), there.get_revision(task_id, revision)
    if not changes(task, then):
        say(f"{task_id} already equals revision {revision}.")
        return
    for line in change_lines(there, task, then):
        say(line)
    confirmed("Restore it?", yes)
    restored = there.restore_revision(task_id, revision, if_match=task.revision)
    click.echo(f"{task_id} restored, revision {restored.revision}")


def _what(each: Revision) -> str:
    if each.note or each.until:
        end = f"until {shown(each.until)}" if each.until else ""
        return ", ".join(part for part in (each.note, end) if part)
    if each.restores is not None:
        return f"as revision {each.restores}"
    return ", ".join(diff.path for diff in each.diff or ())
