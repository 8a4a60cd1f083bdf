"""How commands end: what is said of a failure, and the exit code. Never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

#: Done; failed; used in a wrong way, or not started because something has to be fixed.
DONE, FAILED, WRONG_USE = 0, 1, 2


def exit_code(command: click.Command, arguments: Sequence[str]) -> int:
    """Runs a command to its end; returns its exit code, having said what went wrong."""
    if os.environ.get("NO_COLOR"):
        command.context_settings.setdefault("color", False)
    try:
        code = command.main(list(arguments), prog_name="onthedot", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        click.echo(f"onthedot: {error.format_message()}", err=True)
        return error.exit_code
    except click.Abort:
        click.echo("onthedot: stopped.", err=True)
        return FAILED
    except BrokenPipeError:
        # Whoever read it, as `head` does, has enough. Nothing more can be written there.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115  # until the process ends
        return DONE
    except Exception as error:
        if (known := explanation(error)) is None:
            raise
        click.echo(f"onthedot: {known}", err=True)
        return FAILED
    return code if isinstance(code, int) else DONE


def explanation(error: Exception) -> str | None:
    """What to say of an error that commands may end with; None for one that nobody expects."""
    # Only what talks to a server or reads files raises these, and has loaded them.
    if "onthedot.client" in sys.modules:
        from onthedot.client import CallFailed
        from onthedot.commands.reaching import explained

        if isinstance(error, CallFailed):
            return explained(error)
    if "onthedot.applying.problems" in sys.modules:
        from onthedot.applying.problems import WrongFiles

        if isinstance(error, WrongFiles):
            return f"nothing was sent, as these have to be fixed:\n{error}"
    return None
