"""Making attempts and running them as Temporal would."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from onthedot.scheduling.action import CommandAction, HttpAction, LogAction
from onthedot.scheduling.stored.attempt import (
    AttemptFailure,
    AttemptResult,
    CommandAttempt,
    HttpAttempt,
    LogAttempt,
)

DUE = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
_CARRIED: dict[str, Any] = {"task_id": "nightly", "run_id": "nightly~x", "idempotency_key": "key-1"}
SOON = timedelta(seconds=10)


def http_attempt(
    url: str, *, timeout: timedelta = SOON, local: bool = False, **action: Any
) -> HttpAttempt:
    made = HttpAction.model_validate({"url": url, **action})
    return HttpAttempt(action=made, scheduled_for=DUE, timeout=timeout, local=local, **_CARRIED)


def command_attempt(*argv: str, timeout: timedelta = SOON, **action: Any) -> CommandAttempt:
    made = CommandAction.model_validate({"argv": argv, **action})
    return CommandAttempt(action=made, scheduled_for=DUE, timeout=timeout, **_CARRIED)


def log_attempt(message: str) -> LogAttempt:
    return LogAttempt(
        action=LogAction(message=message), scheduled_for=DUE, timeout=SOON, **_CARRIED
    )


def environment(attempt_number: int = 1) -> ActivityEnvironment:
    env = ActivityEnvironment()
    env.info = replace(env.info, attempt=attempt_number)
    return env


async def succeed(
    work: Callable[[Any], Awaitable[AttemptResult]], attempt: Any, number: int = 1
) -> Any:
    """Runs an attempt that must succeed; answers with its output."""
    result = await environment(number).run(work, attempt)
    assert result.started_at <= result.finished_at
    return result.output


class Failure:
    """How an attempt failed, as Temporal would be told."""

    def __init__(self, error: ApplicationError) -> None:
        self.type = error.type
        self.message = error.message
        self.final = error.non_retryable
        self.retry_after = error.next_retry_delay
        self.detail = AttemptFailure.model_validate(error.details[0])
        self.output = self.detail.output
        self.everything = f"{error!r} {error.details} {error.__cause__}"


async def fail(work: Callable[[Any], Awaitable[AttemptResult]], attempt: Any) -> Failure:
    """Runs an attempt that must fail."""
    with pytest.raises(ApplicationError) as caught:
        await environment().run(work, attempt)
    return Failure(caught.value)
