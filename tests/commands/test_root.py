"""The command line as a whole: quick, consistent, and each command with an example."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from onthedot import cli
from onthedot.commands.reference import reference
from onthedot.commands.root import COMMANDS

#: What `onthedot --help` may take, in seconds of CPU.
_HELP = 0.3


def _commands(group: click.Group, path: str = "onthedot") -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")


ALL = dict(_commands(cli.command()))


@pytest.mark.parametrize("path", ALL)
def test_every_command_explains_itself(path: str) -> None:
    command = ALL[path]
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            named = {"--status", "--kind", "--count", "--overlap"} & set(parameter.opts)
            assert parameter.help or named, parameter.opts
    if path.split()[1] in COMMANDS and not isinstance(command, click.Group):
        assert "Example" in (command.epilog or "")


@pytest.mark.parametrize("name", COMMANDS)
def test_summaries_are_those_of_the_commands(name: str) -> None:
    assert ALL[f"onthedot {name}"].get_short_help_str(limit=200) == COMMANDS[name][0]


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "sys.argv = ['onthedot', '--help']\n"
        "from onthedot import cli\n"
        "assert cli.run(sys.argv[1:]) == 0\n"
        "heavy = {'pydantic', 'httpx', 'yaml', 'asyncio', 'temporalio', 'fastapi'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-P", "-c", program], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    assert took < _HELP


def test_the_reference_is_made_from_the_commands() -> None:
    file = Path(__file__).parent.parent.parent / "docs" / "reference" / "cli.md"
    assert file.read_text() == reference(cli.command()), (
        "write it anew: python -c 'from onthedot import cli; from onthedot.commands.reference "
        'import reference; print(reference(cli.command()), end="")\' > docs/reference/cli.md'
    )
