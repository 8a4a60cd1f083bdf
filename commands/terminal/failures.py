"""How commands end: the message of a failure, and the exit code. Never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

#: Done; failed; wrong usage or settings.
DONE, FAILED, WRONG_USE = 0, 1, 2


def exit_code(command: click.Command, arguments: Sequence[str]) -> int:
    """Runs a command, reports its failure, and returns its exit code."""
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
        # The reader of our output, such as `head`, has closed it.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115  # until the process ends
        return DONE
    except Exception as error:
        if (known := explanation(error)) is None:
            raise
        click.echo(f"onthedot: {known}", err=True)
        return FAILED
    return code if isinstance(code, int) else DONE


def explanation(error: Exception) -> str | None:
    """The message of an expected error; None for any other."""
    # Only code that has loaded these modules raises their errors.
    if "onthedot.client" in sys.modules:
        from onthedot.client import CallFailed
        from onthedot.commands.reaching import explained

        if isinstance(error, CallFailed):
            return explained(error)
    if "onthedot.applying.problems" in sys.modules:
        from onthedot.applying.problems import WrongFiles

        if isinstance(error, WrongFiles):
            return f"nothing was sent. Fix these first:\n{error}"
    return None
