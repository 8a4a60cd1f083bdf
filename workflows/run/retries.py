"""Turns a task's `retry` into Temporal's retry policy."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy

from onthedot.scheduling.stored.attempt import DEFERRED
from onthedot.scheduling.stored.run_order import RunOrder

_SHORTEST = timedelta(milliseconds=1)


def retry_policy(order: RunOrder, *, made: int = 0) -> RetryPolicy:
    """Temporal's policy for the attempts that are left after `made` attempts."""
    longest = max(order.retry.max_interval, _SHORTEST)
    return RetryPolicy(
        initial_interval=min(max(_grown(order, made), _SHORTEST), longest),
        backoff_coefficient=order.retry.backoff,
        maximum_interval=longest,
        maximum_attempts=order.retry.max_attempts - made,
        # A deferral is not an attempt, so Temporal must not count it.
        non_retryable_error_types=[DEFERRED],
    )


def _grown(order: RunOrder, made: int) -> timedelta:
    """The interval after `made` attempts."""
    try:
        return order.retry.initial_interval * order.retry.backoff**made
    except OverflowError:
        return order.retry.max_interval
