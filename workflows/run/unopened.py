"""Repeats an activity whose input its worker could not decrypt for lack of a key.

Nothing was done, yet Temporal counts an attempt, and providing the key takes longer than a task's
retries. So the last of these attempts is repeated until a worker has the key, or until the run's
deadline.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from onthedot.workflows.run.failures import NoTimeLeftError, not_opened

_SHORTEST = timedelta(seconds=5)
_LONGEST = timedelta(minutes=1)


class Unopened:
    """Waits between these attempts, longer each time."""

    def __init__(self, deadline: datetime) -> None:
        self._deadline = deadline
        self._wait = _SHORTEST

    async def waited(self, error: ActivityError) -> bool:
        """Wait, and return whether to start the activity once more, for one attempt.

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
