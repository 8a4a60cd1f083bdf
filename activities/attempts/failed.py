"""How an attempt reports failure, in one form for all actions."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from onthedot.scheduling.run import AttemptMade
from onthedot.scheduling.stored.attempt import DEFERRED, OVERDUE, AttemptFailure

#: Lists show a run's error, and their rows have to stay small.
_LONGEST = 600


class Fault(StrEnum):
    """The `type` of a run's error. Stable: users build alerts on them."""

    #: An unexpected HTTP status. Tried again for 408, 425, 429 and 5xx.
    HTTP_STATUS = "HttpStatus"
    #: No connection, or a broken one. Tried again.
    CONNECTION_FAILED = "ConnectionFailed"
    #: The attempt took longer than the task's `timeout`. Tried again.
    TIMEOUT = "Timeout"
    #: The worker's address rules forbid the target. Final.
    ADDRESS_REFUSED = "AddressRefused"
    #: A redirect that cannot be followed, or the sixth redirect. Final.
    BAD_REDIRECT = "BadRedirect"
    #: The URL cannot be called. Final.
    INVALID_URL = "InvalidUrl"
    #: The response was not HTTP. Tried again.
    BAD_ANSWER = "BadAnswer"
    #: The worker does not have the secret. Tried again: nothing was done yet, and a deployment
    #: that adds a forgotten variable should not cost the run.
    SECRET_MISSING = "SecretMissing"
    #: The secret cannot be used as it is, for instance with a line break in a header. Tried again.
    SECRET_INVALID = "SecretInvalid"
    #: The secret may not be sent to this host, or given to a command. Final.
    SECRET_REFUSED = "SecretRefused"
    #: The worker's operator has not allowed commands. Final.
    COMMANDS_OFF = "CommandsOff"
    #: The program ended with a code other than 0. Tried again.
    EXIT_CODE = "ExitCode"
    #: There is no such program or directory. Final.
    COMMAND_NOT_FOUND = "CommandNotFound"
    #: The program or directory may not be used. Final.
    COMMAND_NOT_PERMITTED = "CommandNotPermitted"
    #: The system could not start the program. Tried again.
    COMMAND_NOT_STARTED = "CommandNotStarted"
    #: The worker stopped before the attempt ended. Tried again.
    WORKER_STOPPED = "WorkerStopped"
    #: The run was cancelled during the attempt. Final.
    CANCELLED = "Cancelled"
    #: The run's deadline passed during the attempt, or before it began. Final.
    OVERDUE = OVERDUE
    #: No place was free. Nothing was done, so this does not count as an attempt.
    DEFERRED = DEFERRED
    #: A fault in this project; the worker's log has the details. Tried again.
    INTERNAL = "InternalError"


class AttemptFailed(Exception):
    """An attempt failed.

    `message` contains no secret, and `output` is the partial output. `retry_after` replaces the
    task's own delay before the next attempt. `out_of_time` means that only the deadline rules out
    another attempt.
    """

    def __init__(
        self,
        fault: Fault,
        message: str,
        *,
        final: bool = False,
        retry_after: timedelta | None = None,
        output: Any = None,
    ) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message
        self.final = final
        self.retry_after = retry_after
        self.output = output
        self.out_of_time = False

    def as_application_error(
        self,
        started_at: datetime,
        finished_at: datetime,
        attempt: int,
        made: tuple[AttemptMade, ...],
        written: str,
    ) -> ApplicationError:
        """The error that Temporal keeps, with an `AttemptFailure` as its detail.

        Benign, or the SDK would log our traceback for each failure of a receiver.
        """
        detail = AttemptFailure(
            started_at=started_at,
            finished_at=finished_at,
            output=self.output,
            attempt=attempt,
            made=made,
            written=written,
            out_of_time=self.out_of_time,
        )
        return ApplicationError(
            self.message[:_LONGEST],
            detail.model_dump(mode="json"),
            type=self.fault.value,
            non_retryable=self.final,
            next_retry_delay=self.retry_after,
            category=ApplicationErrorCategory.BENIGN,
        )


class Interrupted(Exception):
    """The work was cancelled from outside; `output` is the partial output."""

    def __init__(self, output: Any) -> None:
        super().__init__()
        self.output = output
