"""The reference of the command line, made from the commands.

docs/reference/cli.md is this text; a test compares the two.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

_HEAD = """# The command line

Generated from the commands: `onthedot COMMAND --help` shows the same.

Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1 failed, 2
wrong usage or settings; `diff` has its own. Commands that need a server use the one at
`ONTHEDOT_URL` (default `http://127.0.0.1:8080`), with the token in `ONTHEDOT_TOKEN`; both are read
from the environment alone, not from `.env`. Times are in your own zone, unless you give an offset;
`now`, `-2h` and `+3d` (s, m, h, d, w) are times too. Colours appear on terminals only; `NO_COLOR`
turns them off.
"""


def reference(root: click.Group) -> str:
    """All commands as one Markdown document."""
    return "\n".join([_HEAD, *_commands(root, "onthedot")]).rstrip() + "\n"


def _commands(group: click.Group, path: str) -> Iterator[str]:
    context = click.Context(group, info_name=path)
    for name in sorted(group.list_commands(context)):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            yield from _command(command, f"{path} {name}")


def _command(command: click.Command, path: str) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    pieces = " ".join(command.collect_usage_pieces(context))
    yield f"## {path}\n"
    yield f"`{path} {pieces}`\n"
    yield inspect.cleandoc(command.help or "") + "\n"
    options = [
        row
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option)
        and "--help" not in parameter.opts
        and (row := parameter.get_help_record(context))
    ]
    if options:
        yield "| option | |\n| --- | --- |"
        yield "\n".join(f"| `{_cell(names)}` | {_cell(told)} |" for names, told in options) + "\n"
    if command.epilog:
        title, _, lines = inspect.cleandoc(command.epilog.replace("\b", "")).partition("\n")
        yield f"{title.strip()}\n\n```sh\n{inspect.cleandoc(lines)}\n```\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
