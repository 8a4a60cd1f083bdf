"""Explains a failed change of a schedule to the task's owner, and decides on a retry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from onthedot.scheduling.stored.schedule_order import NEVER

_LONGEST = 300

#: Temporal examined the schedule, and will refuse it again.
_OF_THE_SCHEDULE = {RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.OUT_OF_RANGE}
#: Lasts until someone changes the rights or the namespace, so an immediate retry is useless.
_LASTING = {
    RPCStatusCode.PERMISSION_DENIED,
    RPCStatusCode.UNAUTHENTICATED,
    RPCStatusCode.UNIMPLEMENTED,
}
#: Part of Temporal's message for a search attribute that it does not know yet, which passes.
_UNPREPARED = "search attribute"


@contextmanager
def explained() -> Iterator[None]:
    """Turn errors in the block into explained ones.

    Raises:
        ApplicationError: of the type `NEVER` if no attempt can succeed.
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
