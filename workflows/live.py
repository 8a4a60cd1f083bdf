"""Asks a worker process for the output of its runs while they are in progress.

This uses a query, which adds no event to a history and costs nothing for runs that nobody watches.
Each worker process polls its own queue for it. The workflow on that queue does nothing and closes
immediately: a closed workflow can still be queried, and no open one is left when a worker is gone.
"""

from __future__ import annotations

from temporalio import workflow

from onthedot import naming
from onthedot.activities.output.live import live_output
from onthedot.activities.places import places_taken
from onthedot.scheduling.stored.live import LiveAnswer, LiveQuestion


@workflow.defn(name=naming.LIVE, sandboxed=False)
class Live:
    """Represents one worker process."""

    @workflow.run
    async def run(self) -> None:
        """Do nothing: this workflow exists to be queried."""

    @workflow.query(name=naming.LIVE_OUTPUT)
    def output(self, question: LiveQuestion) -> LiveAnswer:
        """What the runs of this process have written, and how full its worker is.

        Only a query may read the process's memory like this: it changes nothing, and its answer is
        never replayed.
        """
        return LiveAnswer(
            runs=live_output(question.wanted, most=question.most),
            places=places_taken(question.task_queue) if question.task_queue else (),
        )
