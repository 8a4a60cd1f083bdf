"""The log action."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.activity import ActivityCancellationDetails
from temporalio.exceptions import ApplicationError

from onthedot.activities.attempts.failed import Fault
from onthedot.activities.log import log
from tests.activities.attempts import environment, log_attempt, succeed
from tests.waiting import at_load

pytestmark = pytest.mark.anyio


async def test_the_message_is_one_record(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="onthedot")
    message = "good morning %s\nINFO forged"
    assert await succeed(log, log_attempt(message)) == {"message": message}
    (record,) = [r for r in caplog.records if r.name == "onthedot.action.log"]
    line = "good morning %s INFO forged (task nightly, run nightly~x)"
    assert record.getMessage() == line


async def test_one_that_was_handed_out_early_waits_until_it_is_due() -> None:
    due = datetime.now(UTC) + timedelta(milliseconds=150)
    early = log_attempt("hello").model_copy(
        update={"scheduled_for": due, "lead": timedelta(seconds=5), "local": True}
    )
    result = await environment().run(log, early)
    assert due <= result.started_at < due + timedelta(seconds=at_load(1))


async def test_it_waits_no_longer_than_temporals_clock_says() -> None:
    """The worker's clock may be behind."""
    began = datetime.now(UTC)
    behind = log_attempt("hello").model_copy(
        update={
            "scheduled_for": began + timedelta(hours=1),
            "lead": timedelta(milliseconds=100),
            "local": True,
        }
    )
    result = await environment().run(log, behind)
    assert result.started_at < began + timedelta(seconds=at_load(1))


async def test_a_worker_that_stops_meanwhile_has_made_no_attempt() -> None:
    early = log_attempt("hello").model_copy(
        update={
            "scheduled_for": datetime.now(UTC) + timedelta(hours=1),
            "lead": timedelta(hours=1),
            "local": True,
        }
    )
    env = environment()
    running = asyncio.ensure_future(env.run(log, early))
    await asyncio.sleep(0.05)
    env.cancel(ActivityCancellationDetails(worker_shutdown=True))
    with pytest.raises(ApplicationError) as caught:
        await running
    assert caught.value.type == Fault.DEFERRED
