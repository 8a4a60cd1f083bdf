"""Why a step at a schedule failed, in words for the task's owner, and whether to try it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from onthedot.scheduling.stored.schedule_order import NEVER

_LONGEST = 300

#: Temporal looked at the schedule, and will say the same of it next time.
_OF_THE_SCHEDULE = {RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.OUT_OF_RANGE}
#: Until someone changes the rights or the namespace: no use in trying again at once.
_LASTING = {
    RPCStatusCode.PERMISSION_DENIED,
    RPCStatusCode.UNAUTHENTICATED,
    RPCStatusCode.UNIMPLEMENTED,
}
#: Temporal's words where it does not know a search attribute yet, which passes.
_UNPREPARED = "search attribute"


@contextmanager
def explained() -> Iterator[None]:
    """Turn what comes up within into the error that says it.

    Raises:
        ApplicationError: of the type `NEVER` where no attempt can succeed.
    """
    try:
        yield
    except RPCError as error:
        message = f"Temporal refuses it: {error.status.name}: {error.message}"[:_LONGEST]
        if error.status in _OF_THE_SCHEDULE and _UNPREPARED not in error.message.lower():
            raise ApplicationError(message, type=NEVER, non_retryable=True) from error
        lasting = error.status in _LASTING
        raise ApplicationError(message, type="Refused", non_retryable=lasting) from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        message = f"No schedule can be made of its trigger: {error!r}"[:_LONGEST]
        raise ApplicationError(message, type=NEVER, non_retryable=True) from error
