"""How a task's `retry` becomes Temporal's retry policy: here and nowhere else."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy

from onthedot.scheduling.stored.attempt import DEFERRED
from onthedot.scheduling.stored.run_order import RunOrder

_SHORTEST = timedelta(milliseconds=1)


def retry_policy(order: RunOrder, *, made: int = 0) -> RetryPolicy:
    """Temporal's policy for the attempts that are left when so many were made before."""
    longest = max(order.retry.max_interval, _SHORTEST)
    return RetryPolicy(
        initial_interval=min(max(_grown(order, made), _SHORTEST), longest),
        backoff_coefficient=order.retry.backoff,
        maximum_interval=longest,
        maximum_attempts=order.retry.max_attempts - made,
        # It does not count as an attempt, so Temporal must not count it.
        non_retryable_error_types=[DEFERRED],
    )


def _grown(order: RunOrder, made: int) -> timedelta:
    """What the interval has come to after so many attempts."""
    try:
        return order.retry.initial_interval * order.retry.backoff**made
    except OverflowError:
        return order.retry.max_interval
