"""Asking a worker process what its runs write, while they run.

A query is the way to it: it costs Temporal no event, and nothing is asked of a run that nobody
watches. Each worker process polls a queue of its own for that. The workflow on it has nothing to
do, and is closed at once: a closed one can be queried anyway, and nothing stays open that
stands for a worker that is gone.
"""

from __future__ import annotations

from temporalio import workflow

from onthedot import naming
from onthedot.activities.held import places_taken
from onthedot.activities.output.live import live_output
from onthedot.scheduling.stored.live import LiveAnswer, LiveQuestion


@workflow.defn(name=naming.LIVE, sandboxed=False)
class Live:
    """Stands for one worker process."""

    @workflow.run
    async def run(self) -> None:
        """Nothing: it is there to be asked."""

    @workflow.query(name=naming.LIVE_OUTPUT)
    def output(self, question: LiveQuestion) -> LiveAnswer:
        """What the runs of this process have written, and how full its worker is.

        It looks at what is in memory, as no other code of a workflow may: a query changes nothing,
        and nothing is replayed from its answer.
        """
        return LiveAnswer(
            runs=live_output(question.wanted, most=question.most),
            places=places_taken(question.task_queue) if question.task_queue else (),
        )
