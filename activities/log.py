"""The activity that writes a message to the worker's log."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from temporalio import activity

from onthedot import naming
from onthedot.activities.attempts.attempt import report_attempt
from onthedot.scheduling.stored.attempt import AttemptResult, LogAttempt

_log = logging.getLogger("onthedot.action.log")


@activity.defn(name=naming.LOG)
async def log(attempt: LogAttempt) -> AttemptResult:
    """Write the message once, on one line, with the task and the run."""

    async def write(_: timedelta) -> dict[str, Any]:
        message = attempt.action.message
        line = " ".join(message.splitlines())
        _log.info("%s (task %s, run %s)", line, attempt.task_id, attempt.run_id)
        return {"message": message}

    return await report_attempt(attempt, None, write)
