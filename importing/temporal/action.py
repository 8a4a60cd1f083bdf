"""Converts the action of a Temporal Schedule to a `workflow` action with its limits and retries."""

from __future__ import annotations

from typing import Any

from onthedot.importing.collector import Entry
from onthedot.importing.temporal.values import PayloadError, payload_value, seconds_of
from onthedot.importing.yaml_source import Located

_START = ("schedule", "action", "startWorkflow")
#: Temporal's default is no limit; a task's run always has one.
_NO_LIMIT = 365 * 86_400
#: Parts of a start without a counterpart in a task.
_STAYS = (
    "memo",
    "searchAttributes",
    "header",
    "userMetadata",
    "cronSchedule",
    "versioningOverride",
)


def workflow_fields(described: Located, entry: Entry) -> dict[str, Any] | None:
    """The action, limits and retries of a schedule; None, and a note, if it starts no workflow."""
    line = described.line_of("schedule", "action")
    workflow_type = described.text(*_START, "workflowType", "name")
    if not workflow_type:
        entry.lost(line, "Not imported: it does not start a workflow.")
        return None
    for name in _STAYS:
        if described.at(*_START, name) not in (None, {}, ""):
            where = described.line_of(*_START, name)
            entry.lost(where, f"{name}: a task's workflow is started without it.")
    entry.changed(
        described.line_of(*_START, "workflowId"),
        "Workflows are started as children of the task's run, with ids made from the task's.",
    )
    run = seconds_of(described.text(*_START, "workflowRunTimeout"))
    whole = seconds_of(described.text(*_START, "workflowExecutionTimeout"))
    return {
        "action": {
            "kind": "workflow",
            "workflow_type": workflow_type,
            "arguments": _arguments(described, entry),
            "task_queue": described.text(*_START, "taskQueue", "name") or None,
        },
        "timeout": run or whole or _NO_LIMIT,
        "deadline": whole or _NO_LIMIT,
        "retry": _retry(described, entry),
    }


def _arguments(described: Located, entry: Entry) -> list[Any]:
    path = (*_START, "input")
    given = described.at(*path)
    if isinstance(given, list):
        # The CLI's short form: plain values.
        return given
    arguments = []
    for n, payload in enumerate(described.sequence(*path, "payloads")):
        try:
            arguments.append(payload_value(payload))
        except PayloadError as error:
            arguments.append(None)
            entry.lost(
                described.line_of(*path, "payloads", n),
                f"Argument {n + 1} {error}: it is null in the task. Set its value there.",
            )
    return arguments


def _retry(described: Located, entry: Entry) -> dict[str, Any]:
    policy = (*_START, "retryPolicy")
    if not described.mapping(*policy):
        return {"max_attempts": 1}
    attempts = described.at(*policy, "maximumAttempts", default=0)
    if not isinstance(attempts, int) or not 0 < attempts <= 1000:
        entry.changed(described.line_of(*policy), "Unlimited retries become 1,000 attempts.")
        attempts = 1000
    if described.at(*policy, "nonRetryableErrorTypes"):
        entry.lost(
            described.line_of(*policy, "nonRetryableErrorTypes"),
            "nonRetryableErrorTypes: throw such errors as non-retryable.",
        )
    initial = seconds_of(described.text(*policy, "initialInterval")) or 1
    return {
        "max_attempts": attempts,
        "initial_interval": initial,
        "backoff": described.at(*policy, "backoffCoefficient", default=2.0),
        "max_interval": seconds_of(described.text(*policy, "maximumInterval")) or initial * 100,
    }
