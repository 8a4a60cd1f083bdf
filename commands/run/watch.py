"""`onthedot run watch` and `retry`: follow a run until it ends, and show its output."""

from __future__ import annotations

import time
from datetime import timedelta

import click

from onthedot.client import NotFound, OnTheDot
from onthedot.commands.ids import run_argument
from onthedot.commands.reaching import server
from onthedot.commands.run.views import rows
from onthedot.commands.terminal.output import Format, output_option, say, show_one
from onthedot.messages.run_output import RunState
from onthedot.messages.terminal_text import harmless
from onthedot.scheduling.run import Run, RunPhase, RunStatus
from onthedot.scheduling.stored.written import Stream, WrittenPiece

#: How often to ask a server without live output.
_PACE = timedelta(seconds=1)

_PHASES = {
    RunPhase.WAITING_FOR_WORKER: "waits for a worker",
    RunPhase.WAITING_FOR_PLACE: "waits for a free place",
    RunPhase.ATTEMPTING: "attempt {} in progress",
    RunPhase.BACKING_OFF: "waits for attempt {}",
}


@click.command(
    short_help="Follow a run until it ends.",
    epilog="\b\nExamples:\n"
    "  onthedot run watch RUN && echo done\n"
    "  onthedot run watch RUN --quiet -o json",
)
@run_argument
@click.option("-q", "--quiet", is_flag=True, help="Without the output of the run.")
@output_option
@click.pass_context
def watch(ctx: click.Context, run_id: str, form: str, quiet: bool) -> None:
    """Follow a run with its output until it ends: exit 0 if it succeeded, else 1.

    What a command writes to its standard error goes to standard error; with -o other than table,
    all output does. Ctrl-C leaves the run alone.
    """
    with server() as there:
        ctx.exit(follow(there, run_id, form, quiet=quiet))


def follow(there: OnTheDot, run_id: str, form: str, *, quiet: bool = False) -> int:
    """Follows a run until it ends, and prints it; returns the exit code."""
    shown = _Shown(all_to_stderr=form != Format.TABLE, quiet=quiet)
    run = there.get_run(run_id)
    if run.status is RunStatus.RUNNING:
        try:
            for event in there.follow_output(run_id):
                shown.show(event)
        except NotFound:
            shown.show(RunState.of(run))
        while (run := there.get_run(run_id)).status is RunStatus.RUNNING:
            time.sleep(_PACE.total_seconds())
    shown.end_line()
    if form == Format.TABLE and shown.something:
        # It was already shown.
        run = run.model_copy(update={"output": None})
    show_one(run, form, rows, run.id)
    return 0 if run.status is RunStatus.SUCCEEDED else 1


class _Shown:
    """The output shown so far."""

    def __init__(self, *, all_to_stderr: bool, quiet: bool) -> None:
        self._all_to_stderr = all_to_stderr
        self._quiet = quiet
        self._said = ""
        self._at = 0
        self._line_is_open = False
        self.something = False

    def show(self, event: WrittenPiece | RunState) -> None:
        if isinstance(event, RunState):
            if event.status is RunStatus.RUNNING and (now := _standing(event)) != self._said:
                self.end_line()
                say(now)
                self._said = now
        elif not self._quiet:
            if event.offset > self._at:
                self.end_line()
                say(f"[{event.offset - self._at:,} bytes left out]")
            err = self._all_to_stderr or event.stream is Stream.STDERR
            click.echo(harmless(event.text), nl=False, err=err)
            self._at, self.something = event.end, True
            self._line_is_open = not event.text.endswith("\n")

    def end_line(self) -> None:
        """Begin a new line, if the run did not end its last one."""
        if self._line_is_open:
            click.echo(err=self._all_to_stderr)
        self._line_is_open = False


def _standing(run: Run | RunState) -> str:
    """The state of the run, in one line."""
    told = f"{run.id}: {_PHASES[run.phase].format(run.attempt) if run.phase else run.status.value}"
    if run.next_attempt_at is not None:
        told += f" at {run.next_attempt_at:%H:%M:%S} UTC"
    return told + (f" ({run.waiting_for})" if run.waiting_for else "")


@click.command(
    short_help="Run the occurrence of a run again.",
    epilog="\b\nExample:\n  onthedot run retry RUN --wait",
)
@run_argument
@click.option("--wait", is_flag=True, help="Wait for the end: exit 0 if it succeeded, else 1.")
@output_option
@click.pass_context
def retry(ctx: click.Context, run_id: str, wait: bool, form: str) -> None:
    """Run the occurrence of a run again, with the same due time.

    A recurring task runs with its current definition.
    """
    with server() as there:
        started = there.retry_run(run_id)
        if wait:
            ctx.exit(follow(there, started.id, form))
    show_one(started, form, rows, started.id)
