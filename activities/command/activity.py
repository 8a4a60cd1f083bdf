"""The activity that runs a program on the worker's machine."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from datetime import timedelta
from typing import Any

from temporalio import activity

from onthedot import naming
from onthedot.activities.attempts.attempt import attempt_number, report_attempt
from onthedot.activities.attempts.failed import AttemptFailed, Fault, Interrupted
from onthedot.activities.attempts.heartbeat import output_left_behind
from onthedot.activities.command.pipes import OutPipe
from onthedot.activities.command.process import (
    CommandProcess,
    GuardLostError,
    NotStartedError,
    Order,
)
from onthedot.activities.http.host_gate import HostGate
from onthedot.activities.output.attempt_output import AttemptOutput
from onthedot.activities.output.kept import KeptOutput
from onthedot.activities.output.live import shown_live
from onthedot.activities.secrets.redaction import Redactor
from onthedot.activities.secrets.store import Secrets
from onthedot.activities.stored_text import READ_AT_MOST, cut_text
from onthedot.scheduling.stored.attempt import AttemptResult, CommandAttempt
from onthedot.scheduling.values import format_instant

#: The only variables that a command inherits from the worker.
INHERITED = ("PATH", "HOME", "LANG")

_NOT_FOUND = frozenset({errno.ENOENT, errno.ENOTDIR})
_NOT_PERMITTED = frozenset({errno.EACCES, errno.EPERM, errno.ENOEXEC, errno.E2BIG, errno.ELOOP})
_LAST_LINE = 300


class CommandActivities:
    """Runs programs, if the worker's operator permits it."""

    def __init__(
        self,
        secrets: Secrets,
        *,
        allowed: bool,
        max_running: int = 10,
        grace: timedelta = timedelta(seconds=5),
    ) -> None:
        """`grace` is the time a command gets to stop; at most `max_running` run at once."""
        self._secrets = secrets
        self._allowed = allowed
        self._grace = grace
        self.gate = HostGate(in_flight=max_running, name="commands", is_one=True)

    @activity.defn(name=naming.COMMAND)
    async def command(self, attempt: CommandAttempt) -> AttemptResult:
        """Run the program once and wait for its end, at most `attempt.timeout`.

        Raises:
            ApplicationError: see `Fault`.
        """
        kept = output_left_behind()
        with shown_live(kept, attempt_number(attempt)):
            return await report_attempt(
                attempt,
                self.gate.place(naming.COMMAND_PLACES, local=attempt.local),
                lambda allowed: self._run(attempt, allowed, kept),
                kept,
            )

    async def _run(
        self, attempt: CommandAttempt, allowed: timedelta, kept: KeptOutput
    ) -> dict[str, Any]:
        if not self._allowed:
            raise AttemptFailed(
                Fault.COMMANDS_OFF,
                "This worker runs no commands. Its operator turns them on with "
                "ONTHEDOT_ALLOW_COMMANDS=true.",
                final=True,
            )
        action = attempt.action
        self._secrets.judge_command(action.env)
        own, redactor = self._secrets.fill_in(action.env)
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        written = AttemptOutput(kept, attempt_number(attempt), redactor)
        process = CommandProcess(
            Order(
                action.argv,
                inherited | own | _run_variables(attempt),
                action.cwd,
                action.stdin,
                allowed,
                self._grace,
            ),
            written.wrote,
        )
        name = action.argv[0]
        try:
            code, timed_out = await process.run()
        except NotStartedError as error:
            raise _not_started(error, name, action.cwd) from None
        except GuardLostError:
            raise AttemptFailed(
                Fault.INTERNAL,
                f"{name} was killed because the process that supervises it was lost.",
                output=_output(process, None, redactor),
            ) from None
        except asyncio.CancelledError:
            raise Interrupted(_output(process, None, redactor)) from None
        except OSError as error:
            raise AttemptFailed(
                Fault.COMMAND_NOT_STARTED, f"{name} could not be started: {error.strerror}."
            ) from None
        finally:
            written.close()
        output = _output(process, code, redactor)
        if timed_out:
            raise AttemptFailed(
                Fault.TIMEOUT,
                f"{name} was stopped after running for {allowed.total_seconds():g} s.",
                output=output,
            )
        if code != 0:
            raise AttemptFailed(
                Fault.EXIT_CODE,
                f"{name} {_how(code)}{_last_line(process.stderr, redactor)}",
                output=output,
            )
        return output


def _run_variables(attempt: CommandAttempt) -> dict[str, str]:
    """What the command knows about its run: the variables in `RESERVED_VARIABLES`."""
    told = {
        "ONTHEDOT_TASK_ID": attempt.task_id,
        "ONTHEDOT_RUN_ID": attempt.run_id,
        "ONTHEDOT_SCHEDULED_FOR": format_instant(attempt.scheduled_for),
        "ONTHEDOT_ATTEMPT": str(attempt_number(attempt)),
        "ONTHEDOT_IDEMPOTENCY_KEY": attempt.idempotency_key,
    }
    return told | ({"ONTHEDOT_CAUSE": attempt.cause.value} if attempt.cause else {})


def _not_started(error: NotStartedError, name: str, cwd: str | None) -> AttemptFailed:
    what = f"the directory {cwd}" if error.filename == "cwd" else name
    message = f"{what} could not be used: {error.strerror}."
    if error.errno in _NOT_FOUND:
        return AttemptFailed(Fault.COMMAND_NOT_FOUND, message, final=True)
    if error.errno in _NOT_PERMITTED:
        return AttemptFailed(Fault.COMMAND_NOT_PERMITTED, message, final=True)
    return AttemptFailed(Fault.COMMAND_NOT_STARTED, message)


def _output(process: CommandProcess, code: int | None, redactor: Redactor) -> dict[str, Any]:
    texts = [
        cut_text(
            redactor.text(
                stream.head.decode(errors="replace"), cut=len(stream.head) >= READ_AT_MOST
            )
        )
        for stream in (process.stdout, process.stderr)
    ]
    output = {"exit_code": code, "stdout": texts[0][0], "stderr": texts[1][0]}
    return output | {"truncated": any(cut for _, cut in texts)}


def _how(code: int) -> str:
    if code > 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def _last_line(stream: OutPipe, redactor: Redactor) -> str:
    lines = redactor.text(stream.tail.decode(errors="replace")).strip().splitlines()
    return f": {lines[-1][-_LAST_LINE:]}" if lines else "."
