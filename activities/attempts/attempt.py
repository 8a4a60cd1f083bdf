"""The frame around every attempt: heartbeats, time limits, and the ways it can end.

1. Wait until the run is due and a place is free.
2. Do the work within the timeout and the deadline. An attempt ends itself at the deadline, because
   an attempt that Temporal gives up can no longer report its partial output.
3. Report how it ended, together with the earlier attempts.
"""

from __future__ import annotations

import asyncio
import logging
from base64 import b64encode
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, nullcontext
from datetime import UTC, datetime, timedelta
from traceback import format_tb
from typing import Any

from temporalio import activity
from temporalio.common import RetryPolicy

from onthedot.activities.attempts.failed import AttemptFailed, Fault, Interrupted
from onthedot.activities.attempts.heartbeat import Heart, heartbeating, left_behind
from onthedot.activities.http.host_gate import Place
from onthedot.activities.output.kept import KeptOutput
from onthedot.scheduling.run import AttemptMade, RunError
from onthedot.scheduling.stored.attempt import Attempt, AttemptResult, Beat, listed

_log = logging.getLogger("onthedot.attempt")

#: A free place is taken within this time; only a longer wait is worth a heartbeat.
_SOON = 0.2

_LONGEST_TOLD = 200


async def report_attempt(
    attempt: Attempt,
    place: Place | None,
    work: Callable[[timedelta], Awaitable[Any]],
    kept: KeptOutput | None = None,
) -> AttemptResult:
    """Wait until the run is due and `place` is free, then do `work` and report its output.

    Args:
        place: None if the work needs no place.
        work: called with its time limit; raises `AttemptFailed`, or `Interrupted` if it is
            cancelled and has partial output.
        kept: what `work` writes while it runs; sent with the heartbeats and the result.

    Raises:
        ApplicationError: the work failed, or the run was cancelled; the type is a `Fault`, the
            detail an `AttemptFailure`.
        asyncio.CancelledError: Temporal gave up the attempt.
    """
    number = attempt_number(attempt)
    before = left_behind(attempt.made_before, number)
    heart = Heart(Beat(attempt=number, since=_now(), made=before), kept)
    started_at, began = _now(), False
    try:
        if attempt.lead:
            await _until_due(attempt)
        with nullcontext() if attempt.local else heartbeating(heart):
            async with AsyncExitStack() as stack:
                await _take(place, stack, attempt, heart)
                started_at = _now()
                allowed = _allowed(attempt, started_at, before)
                began = True
                heart.begins(started_at)
                output = await _work(attempt, work, allowed)
        ended_at = _now()
        this = AttemptMade(attempt=number, started_at=started_at, ended_at=ended_at)
        return AttemptResult(
            started_at=started_at,
            finished_at=ended_at,
            output=output,
            attempt=number,
            # The only attempt of a run would add nothing, and most runs have one.
            made=listed((*before, this)) if before else (),
            written=_encoded(kept),
        )
    except AttemptFailed as failed:
        failure = failed
    except (asyncio.CancelledError, Interrupted) as stopped:
        failure = _stopped(stopped)
    except Exception as error:
        # Only its type and location: its message could contain data, secrets included.
        _log.error("%s in an attempt\n%s", type(error).__name__, _frames(error))
        failure = AttemptFailed(
            Fault.INTERNAL, f"{type(error).__name__} in the worker; see the worker's log."
        )
    ended_at = _now()
    _give_up_if_late(failure, attempt, ended_at)
    made = before
    if began:
        why = RunError(type=failure.fault.value, message=failure.message[:_LONGEST_TOLD])
        this = AttemptMade(attempt=number, started_at=started_at, ended_at=ended_at, error=why)
        made = listed((*before, this))
    if not attempt.local:
        heart.ends(made)
    counted = number if began or failure.fault is not Fault.OVERDUE else number - 1
    raise failure.as_application_error(started_at, ended_at, counted, made, _encoded(kept))


def attempt_number(attempt: Attempt) -> int:
    """Which attempt of its run this is, from 1."""
    return attempt.attempts_before + activity.info().attempt


async def _until_due(attempt: Attempt) -> None:
    # By this worker's clock, like all its times, but no longer than Temporal's clock says.
    loop = asyncio.get_running_loop()
    longest = loop.time() + attempt.lead.total_seconds()
    try:
        # A timer of the event loop may fire up to a millisecond early.
        while (early := (attempt.scheduled_for - _now()).total_seconds()) > 0:
            if (left := longest - loop.time()) <= 0:
                break
            await asyncio.sleep(min(early, left))
    except asyncio.CancelledError:
        if not _worker_stops():
            raise
        raise AttemptFailed(Fault.DEFERRED, "The worker stopped before the run was due.") from None


async def _take(
    place: Place | None,
    stack: AsyncExitStack,
    attempt: Attempt,
    heart: Heart,
) -> None:
    if place is None:
        return
    loop = asyncio.get_running_loop()
    since = _now()
    left = None if attempt.deadline is None else (attempt.deadline - since).total_seconds()
    saying = None if attempt.local else loop.call_later(_SOON, heart.waits, since, place.taken)
    try:
        async with asyncio.timeout(left):
            await stack.enter_async_context(place)
    except TimeoutError:
        raise AttemptFailed(
            Fault.OVERDUE, "No place was free before the run's deadline.", final=True
        ) from None
    finally:
        if saying is not None:
            saying.cancel()


def _allowed(attempt: Attempt, now: datetime, before: tuple[AttemptMade, ...]) -> timedelta:
    """How long the work may take from now."""
    if attempt.deadline is None:
        return attempt.timeout
    if now < attempt.deadline:
        return min(attempt.timeout, attempt.deadline - now)
    text = "The run's deadline passed before the attempt."
    if before and (last := before[-1].error):
        text = f"{text} The previous attempt failed: {last.type}: {last.message}"
    raise AttemptFailed(Fault.OVERDUE, text, final=True)


async def _work(
    attempt: Attempt, work: Callable[[timedelta], Awaitable[Any]], allowed: timedelta
) -> Any:
    try:
        return await work(allowed)
    except AttemptFailed as failed:
        if failed.fault is Fault.TIMEOUT and allowed < attempt.timeout:
            raise AttemptFailed(
                Fault.OVERDUE,
                f"The run's deadline passed. {failed.message}",
                final=True,
                output=failed.output,
            ) from None
        raise


def _stopped(stopped: asyncio.CancelledError | Interrupted) -> AttemptFailed:
    output = stopped.output if isinstance(stopped, Interrupted) else None
    # The SDK reports a shutdown as a cancellation, but a shutdown must not end the run.
    if _worker_stops():
        return AttemptFailed(
            Fault.WORKER_STOPPED,
            "The worker stopped before the attempt ended.",
            output=output,
        )
    details = activity.cancellation_details()
    if details is not None and not details.cancel_requested:
        # Temporal accepts no report of an attempt that it gave up.
        raise asyncio.CancelledError
    return AttemptFailed(Fault.CANCELLED, "The run was cancelled.", final=True, output=output)


def _give_up_if_late(failure: AttemptFailed, attempt: Attempt, now: datetime) -> None:
    """Make the failure final if the next attempt would begin after the deadline.

    Temporal's own limit is later than the deadline, to leave time for a report.
    """
    policy = activity.info().retry_policy
    if failure.final or attempt.local or attempt.deadline is None or policy is None:
        return
    if failure.fault is Fault.DEFERRED or activity.info().attempt == policy.maximum_attempts:
        return
    wait = failure.retry_after or _interval(policy, activity.info().attempt)
    if now + wait >= attempt.deadline:
        failure.final = failure.out_of_time = True


def _interval(policy: RetryPolicy, made: int) -> timedelta:
    """How long Temporal waits after `made` attempts."""
    longest = policy.maximum_interval or timedelta.max
    try:
        return min(policy.initial_interval * policy.backoff_coefficient ** (made - 1), longest)
    except OverflowError:
        return longest


def _encoded(kept: KeptOutput | None) -> str:
    return b64encode(kept.packed()).decode() if kept else ""


def _worker_stops() -> bool:
    details = activity.cancellation_details()
    return details is not None and details.worker_shutdown


def _frames(error: BaseException) -> str:
    return "".join(format_tb(error.__traceback__))


def _now() -> datetime:
    return datetime.now(UTC)
