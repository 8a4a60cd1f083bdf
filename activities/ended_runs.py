"""Visibility queries for the runs that determine health: those that ended by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from onthedot import naming
from onthedot.naming.queries import literals

_FAILED = (WorkflowExecutionStatus.FAILED, WorkflowExecutionStatus.TIMED_OUT)


def ended_runs(task_id: str, statuses: Sequence[str] = ("Completed", "Failed", "TimedOut")) -> str:
    """The visibility query for one task, latest end first."""
    return (
        f"{naming.TASK_ID.name} = '{task_id}' AND ExecutionStatus IN {literals(statuses)} "
        f"AND ((WorkflowType = '{naming.TASK_RUN}' AND ({naming.STATUS.name} IS NULL "
        f"OR {naming.STATUS.name} != '{naming.State.SKIPPED}')) "
        f"OR (WorkflowType = '{naming.TASK}' AND {naming.KIND.name} = 'once' "
        f"AND {naming.STATUS.name} NOT IN ('{naming.State.DELETED}', '{naming.State.SKIPPED}')))"
    )


#: The visibility query for all recurring tasks, latest end first.
ENDED_RUNS = (
    f"WorkflowType = '{naming.TASK_RUN}' "
    "AND ExecutionStatus IN ('Completed', 'Failed', 'TimedOut') "
    f"AND ({naming.STATUS.name} IS NULL OR {naming.STATUS.name} != '{naming.State.SKIPPED}')"
)


def has_failed(run: WorkflowExecution) -> bool:
    """Whether it ended without success."""
    return run.status in _FAILED
