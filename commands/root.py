"""The commands by name. They load when they are used: `--help` and `--version` load none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import click

from onthedot.processes.loading import loading
from onthedot.version import version

#: Name, summary and module.
COMMANDS: dict[str, tuple[str, str]] = {
    "task": ("List, show, create, change and run tasks.", "onthedot.commands.task.group:task"),
    "run": ("List, show, watch, cancel, retry and export runs.", "onthedot.commands.run.group:run"),
    "incidents": ("Show what went wrong.", "onthedot.commands.incidents:incidents"),
    "calendar": (
        "List, show, change and delete calendars.",
        "onthedot.commands.calendar:calendar",
    ),
    "preview": ("Show when a trigger would fire.", "onthedot.commands.preview:preview"),
    "forecast": (
        "Show how many starts are due, and when.",
        "onthedot.commands.forecast:forecast",
    ),
    "freeze": ("Keep tasks from starting for a while.", "onthedot.commands.freeze:freeze"),
    "backfill": ("Run past occurrences of a task.", "onthedot.commands.backfill:backfill"),
    "diff": ("Show what an apply would change.", "onthedot.commands.files.diff:diff"),
    "apply": ("Apply tasks from files to the server.", "onthedot.commands.files.apply:apply"),
    "export": ("Write tasks into files.", "onthedot.commands.files.export:export"),
    "import": (
        "Turn other schedulers' definitions into tasks.",
        "onthedot.commands.importing:import_",
    ),
    "mcp": ("Serve tools for a language model.", "onthedot.commands.mcp:mcp"),
    "completion": ("Print a completion script.", "onthedot.commands.completion:completion"),
}


class Lazy(click.Group):
    """A group that imports its commands when they are called, and knows their summaries before.

    `more` are ready commands, listed first in their own sections.
    """

    def __init__(
        self,
        *args: Any,
        parts: Mapping[str, tuple[str, str]],
        sections: Mapping[str, Mapping[str, Callable[[], click.Command]]],
        summaries: Mapping[str, str],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self._parts = parts
        self._sections = sections
        self._summaries = summaries

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self._parts, *(name for section in self._sections.values() for name in section)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self._parts:
            module, _, attribute = self._parts[cmd_name][1].partition(":")
            with loading():
                found: click.Command = getattr(import_module(module), attribute)
            return found
        for section in self._sections.values():
            if cmd_name in section:
                return section[cmd_name]()
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands for a running server"):
            formatter.write_dl([(name, told) for name, (told, _) in self._parts.items()])
        for title, section in self._sections.items():
            with formatter.section(title):
                formatter.write_dl([(name, self._summaries[name]) for name in section])


def root(
    sections: Mapping[str, Mapping[str, Callable[[], click.Command]]],
    summaries: Mapping[str, str],
) -> click.Group:
    """The command `onthedot`; `sections` are commands of other parts of the project."""
    return Lazy(
        "onthedot",
        parts=COMMANDS,
        sections=sections,
        summaries=summaries,
        help="Scheduled tasks, stored and run by Temporal.",
        epilog="Commands send ONTHEDOT_TOKEN to the server at ONTHEDOT_URL (default "
        "http://127.0.0.1:8080). Options of dev, server and worker are settings too: "
        "--port is ONTHEDOT_PORT, in the environment or in a file .env.",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        no_args_is_help=True,
        params=[
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_print_version,
                help="Print the version and exit.",
            )
        ],
    )


def _print_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(version())
        ctx.exit(0)
