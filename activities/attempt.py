"""The frame around every attempt: heartbeats, the clock, and how it may end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from traceback import format_tb
from typing import Any

from temporalio import activity

from onthedot.activities.attempt_failed import AttemptFailed, Fault
from onthedot.activities.heartbeat import heartbeating
from onthedot.scheduling.stored.attempt import Attempt, AttemptResult

_log = logging.getLogger("onthedot.attempt")


async def carry_out(
    attempt: Attempt,
    place: AbstractAsyncContextManager[None],
    work: Callable[[], Awaitable[Any]],
) -> AttemptResult:
    """Waits until it is due and for `place`, does `work` and reports its output.

    Raises:
        ApplicationError: the work failed; the type is a `Fault`, the detail an `AttemptFailure`.
        asyncio.CancelledError: the run was cancelled, or Temporal gave the attempt up.
    """
    started_at = _now()
    try:
        if attempt.lead:
            await _until_due(attempt)
            started_at = _now()
        with nullcontext() if attempt.local else heartbeating():
            async with place:
                started_at = _now()
                output = await work()
        return AttemptResult(
            started_at=started_at,
            finished_at=_now(),
            output=output,
            attempt=attempt_number(attempt),
        )
    except AttemptFailed as failed:
        failure = failed
    except asyncio.CancelledError:
        if not _worker_stops():
            raise
        failure = AttemptFailed(
            Fault.WORKER_STOPPED, "The worker was stopped before the attempt was through."
        )
    except Exception as error:
        # Only its type and place: its message could hold what it was working on, secrets included.
        _log.error("%s in an attempt\n%s", type(error).__name__, _frames(error))
        failure = AttemptFailed(
            Fault.INTERNAL, f"{type(error).__name__} in the worker; its log says where."
        )
    raise failure.as_application_error(started_at, _now(), attempt_number(attempt))


async def _until_due(attempt: Attempt) -> None:
    # By this worker's clock, as its times are; for no longer than Temporal's clock says.
    try:
        await asyncio.sleep(min(attempt.scheduled_for - _now(), attempt.lead).total_seconds())
    except asyncio.CancelledError:
        if not _worker_stops():
            raise
        raise AttemptFailed(Fault.DEFERRED, "The worker was stopped before it was due.") from None


def attempt_number(attempt: Attempt) -> int:
    """Which attempt of its run this is, from 1."""
    return attempt.attempts_before + activity.info().attempt


def _worker_stops() -> bool:
    # The SDK reports a shutdown as a cancel; unlike a cancel, it must not end the run.
    details = activity.cancellation_details()
    return details is not None and details.worker_shutdown


def _frames(error: BaseException) -> str:
    return "".join(format_tb(error.__traceback__))


def _now() -> datetime:
    return datetime.now(UTC)
