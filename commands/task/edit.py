"""`onthedot task edit`: opens the definition in an editor, and shows the difference before
sending."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator

import click

from onthedot.applying.concise import as_kept, concise
from onthedot.applying.files import FileTask, read_text
from onthedot.applying.problems import WrongFiles
from onthedot.applying.yaml_output import to_yaml
from onthedot.client import CallFailed, OnTheDot
from onthedot.commands.ids import task_argument
from onthedot.commands.reaching import server
from onthedot.commands.terminal.asking import confirmed, yes_option
from onthedot.commands.terminal.differences import change_lines
from onthedot.commands.terminal.output import say
from onthedot.scheduling.task import Task, TaskDefinition


@click.command(
    short_help="Change a task in an editor.",
    epilog="\b\nExample:\n  EDITOR=nano onthedot task edit nightly-report",
)
@task_argument()
@yes_option
def edit(task_id: str, yes: bool) -> None:
    """Open a task's definition in $VISUAL or $EDITOR, show what changes, and send it.

    If someone else changed the task meanwhile, nothing is sent and your text is kept.
    """
    with server() as there:
        task = there.get_task(task_id)
        before = to_yaml(concise(task, task.id))
        text = click.edit(before, extension=".yaml", require_save=True)
        if text is None or text == before:
            say("Nothing changed.")
            return
        with _kept(text):
            _send(there, task, text, yes)
    click.echo(f"{task_id} changed")


def _send(there: OnTheDot, task: Task, text: str, yes: bool) -> None:
    found = read_text(text, "edited")
    if len(found) != 1:
        raise click.ClickException("The file must contain one task.")
    after = _definition(found[0], task)
    for line in change_lines(there, task, after):
        say(line)
    confirmed("Send it?", yes)
    there.replace_task(task.id, after, if_match=task.revision)


def _definition(found: FileTask, task: Task) -> TaskDefinition:
    if found.task.id not in (None, task.id):
        raise click.ClickException("The id cannot change. Create another task and delete this one.")
    return as_kept(found.task, task.id)


@contextlib.contextmanager
def _kept(text: str) -> Iterator[None]:
    """Keeps the text in a file if it could not be sent."""
    try:
        yield
    except (CallFailed, WrongFiles, click.ClickException, click.Abort):
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", prefix="onthedot-", suffix=".yaml", delete=False
        ) as kept:
            kept.write(text)
        say(f"Your text is in {kept.name}.")
        raise
