"""Runs other people's code: an activity or a child workflow, in any language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import JsonValue
from temporalio import workflow
from temporalio.exceptions import ActivityError
from temporalio.workflow import ChildWorkflowHandle, ParentClosePolicy

from onthedot.run_context.interceptor import run_headers
from onthedot.scheduling.action import ActivityAction, WorkflowAction
from onthedot.scheduling.checking.action import queue_problem
from onthedot.scheduling.run_facts import RunFacts, filled_in
from onthedot.scheduling.stored.attempt import AttemptResult
from onthedot.scheduling.stored.run_order import RunOrder
from onthedot.workflows.run.failures import NotBegunError
from onthedot.workflows.run.retries import retry_policy
from onthedot.workflows.run.unopened import Unopened


async def of_activity(
    order: RunOrder, action: ActivityAction, facts: RunFacts, *, deadline: datetime
) -> AttemptResult:
    """Run an activity; it is given up at the deadline, even if no worker polls its queue."""
    _check_queue(action.task_queue)
    started, made, unopened = workflow.now(), 0, Unopened(deadline)
    while True:
        remaining = deadline - workflow.now()
        with run_headers(facts.as_json()):
            activity = workflow.start_activity(
                action.name,
                args=_arguments(action, facts),
                task_queue=action.task_queue,
                start_to_close_timeout=order.timeout,
                schedule_to_start_timeout=remaining,
                schedule_to_close_timeout=remaining,
                heartbeat_timeout=action.heartbeat_timeout,
                retry_policy=retry_policy(order, made=made),
                summary=order.name,
            )
        try:
            output: Any = await activity
        except ActivityError as error:
            if not await unopened.waited(error):
                raise
            made = order.retry.max_attempts - 1
        else:
            return AttemptResult(started_at=started, finished_at=workflow.now(), output=output)


async def of_workflow(
    order: RunOrder, action: WorkflowAction, facts: RunFacts, *, deadline: datetime
) -> AttemptResult:
    """Run a child workflow, which is cancelled with the run."""
    _check_queue(action.task_queue)
    started = workflow.now()
    with run_headers(facts.as_json()):
        child: ChildWorkflowHandle[Any, Any] = await workflow.start_child_workflow(
            action.workflow_type,
            args=_arguments(action, facts),
            id=f"work:{facts.run_id}",
            task_queue=action.task_queue,
            execution_timeout=deadline - started,
            run_timeout=min(order.timeout, deadline - started),
            parent_close_policy=ParentClosePolicy.REQUEST_CANCEL,
            retry_policy=retry_policy(order),
            static_summary=order.name,
        )
    output: Any = await child
    return AttemptResult(started_at=started, finished_at=workflow.now(), output=output)


def _arguments(action: ActivityAction | WorkflowAction, facts: RunFacts) -> list[JsonValue]:
    values = facts.as_json()
    return [filled_in(argument, values) for argument in action.arguments]


def _check_queue(name: str | None) -> None:
    # Temporal would refuse the command, and retry the workflow task endlessly.
    if problem := queue_problem(name):
        raise NotBegunError("InvalidTaskQueue", f"The task queue {name!r} {problem}")
