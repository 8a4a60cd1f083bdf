"""An activity that its worker could not open, for want of a key: nothing was done.

Temporal counts it as an attempt, and whoever gives the worker its keys takes longer than a task's
retries. So the last one, which certainly was no attempt, is made again until it is one, or until
the run's deadline.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from onthedot.workflows.run.failures import NoTimeLeftError, not_opened

_SHORTEST = timedelta(seconds=5)
_LONGEST = timedelta(minutes=1)


class Unopened:
    """Waits between such attempts, longer each time."""

    def __init__(self, deadline: datetime) -> None:
        self._deadline = deadline
        self._wait = _SHORTEST

    async def waited(self, error: ActivityError) -> bool:
        """Whether the activity is to be started once more, for one attempt; it waited if so.

        Raises:
            NoTimeLeftError: the deadline comes first.
        """
        if not_opened(error) is None or workflow.cancellation_reason() is not None:
            return False
        if workflow.now() + self._wait >= self._deadline:
            raise NoTimeLeftError(error) from error
        await workflow.sleep(self._wait, summary="Until a worker has the key")
        self._wait = min(self._wait * 2, _LONGEST)
        return True
