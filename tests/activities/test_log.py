"""The log action."""

from __future__ import annotations

import logging

import pytest

from activities.log import log
from tests.activities.attempts import log_attempt, succeed

pytestmark = pytest.mark.anyio


async def test_the_message_is_one_record(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="onthedot")
    assert await succeed(log, log_attempt("good morning %s")) == {"message": "good morning %s"}
    (record,) = [r for r in caplog.records if r.name == "onthedot.action.log"]
    assert record.getMessage() == "good morning %s"
    assert record.__dict__["task"] == "nightly"
    assert record.__dict__["run"] == "nightly~x"
