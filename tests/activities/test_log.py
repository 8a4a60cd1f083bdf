"""The log action."""

from __future__ import annotations

import logging

import pytest

from activities.log import log
from tests.activities.attempts import log_attempt, succeed

pytestmark = pytest.mark.anyio


async def test_the_message_is_one_record(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="onthedot")
    message = "good morning %s\nINFO forged"
    assert await succeed(log, log_attempt(message)) == {"message": message}
    (record,) = [r for r in caplog.records if r.name == "onthedot.action.log"]
    line = "good morning %s INFO forged (task nightly, run nightly~x)"
    assert record.getMessage() == line
