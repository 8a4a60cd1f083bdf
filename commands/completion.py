"""`onthedot completion`: scripts that make a shell complete commands, options and ids."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

VARIABLE = "_ONTHEDOT_COMPLETE"

_USE = {
    "bash": 'eval "$(onthedot completion bash)"  # in ~/.bashrc',
    "zsh": 'eval "$(onthedot completion zsh)"  # in ~/.zshrc, after compinit',
    "fish": "onthedot completion fish > ~/.config/fish/completions/onthedot.fish",
}


@click.command(
    short_help="Print a completion script.",
    epilog="\b\nExamples:\n" + "\n".join(f"  {use}" for use in _USE.values()),
)
@click.argument("shell", type=click.Choice(list(_USE)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script that makes SHELL complete commands, options, and ids of tasks and runs.

    Ids come from the server, if it responds within two seconds.
    """
    made = get_completion_class(shell)
    assert made is not None, shell
    script = made(ctx.find_root().command, {}, "onthedot", VARIABLE)
    # The class's own source() runs bash to find its version; this does not need bash.
    click.echo(script.source_template % script.source_vars())
