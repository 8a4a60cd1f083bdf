"""A task's definition for reading: when, what, and its policies."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, assert_never
from urllib.parse import urlencode

from pydantic import JsonValue

from onthedot.scheduling.action import (
    Action,
    ActivityAction,
    CommandAction,
    HttpAction,
    LogAction,
    SecretRef,
    WorkflowAction,
)
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.task import Task
from onthedot.scheduling.trigger import (
    CronTrigger,
    Exclusion,
    IntervalTrigger,
    OnceTrigger,
    OnExcluded,
)
from onthedot.ui.components.markup import box, card, facts, link, text
from onthedot.ui.components.small import Code, When
from onthedot.ui.rows import KINDS, words
from onthedot.ui.wording.values import human

Fact = tuple[str, str | Callable[[], Any]]

OVERLAP = {
    OverlapPolicy.SKIP: "Skip the new run",
    OverlapPolicy.BUFFER_ONE: "Let one wait",
    OverlapPolicy.BUFFER_ALL: "Let all wait",
    OverlapPolicy.CANCEL_OTHER: "Cancel the earlier run",
    OverlapPolicy.TERMINATE_OTHER: "Terminate the earlier run",
    OverlapPolicy.ALLOW_ALL: "Run side by side",
}

_MOVES = {
    OnExcluded.NEXT_DAY: "runs on the next allowed day",
    OnExcluded.PREVIOUS_DAY: "runs on the previous allowed day",
}


def show_details(task: Task) -> None:
    """Build three cards."""
    with card("When", aside=KINDS[task.trigger.kind]), box("stack snug"):
        text(words(task.trigger, task.id), tag="div")
        if rows := _when(task):
            facts(rows)
    with card("What", aside=task.action.kind), box("stack snug"):
        _what(task.action)
    with card("How", aside=f"revision {task.revision}"):
        facts(_how(task))


def _when(task: Task) -> list[Fact]:
    trigger = task.trigger
    rows: list[Fact] = []
    if isinstance(trigger, OnceTrigger):
        at = trigger.at
        return [("At", lambda: When(at, "near", zone=trigger.timezone or ""))]
    if isinstance(trigger, CronTrigger):
        expression = trigger.expression
        rows += [("Expression", lambda: text(expression, "mono")), ("Zone", trigger.timezone)]
    if isinstance(trigger, IntervalTrigger) and trigger.offset:
        rows.append(("Offset", human(trigger.offset)))
    for name, at in (("From", trigger.start_at), ("Until", trigger.end_at)):
        if at is not None:
            rows.append((name, partial(When, at, "near")))
    if trigger.max_runs is not None:
        rows.append(("At most", f"{trigger.max_runs:,} runs"))
    if trigger.jitter:
        rows.append(("Jitter", f"up to {human(trigger.jitter)}"))
    if trigger.exclude:
        rows.append(("Except on", ", ".join(map(_excluded, trigger.exclude))))
    if trigger.only is not None:
        rows.append(("Only on", f"days in calendar {trigger.only.calendar}"))
    if trigger.on_excluded is not OnExcluded.SKIP:
        rows.append(("On an excluded day", _MOVES[trigger.on_excluded]))
    return rows


def _excluded(one: Exclusion) -> str:
    return one if isinstance(one, str) else f"days in calendar {one.calendar}"


def _what(action: Action) -> None:
    match action:
        case HttpAction():
            with box("row"):
                text(action.method, "tag mono")
                text(action.url, "mono wrap")
            _pairs("Headers", action.headers)
            if action.expect_status:
                text(f"Success is {', '.join(map(str, action.expect_status))}", "muted small")
            _json("Body", action.body)
        case CommandAction():
            Code(" ".join(_quoted(word) for word in action.argv), "Command")
            _pairs("Environment", action.env)
            facts([(n, v) for n, v in (("In", action.cwd), ("Input", action.stdin)) if v])
        case ActivityAction() | WorkflowAction():
            kind, name = (
                ("Activity", action.name)
                if isinstance(action, ActivityAction)
                else ("Workflow", action.workflow_type)
            )
            rows: list[Fact] = [
                (kind, lambda: text(name, "mono")),
                ("Queue", action.task_queue or "this one"),
            ]
            if isinstance(action, ActivityAction) and action.heartbeat_timeout:
                rows.append(("Heartbeats", f"at least every {human(action.heartbeat_timeout)}"))
            facts(rows)
            _json("Arguments", list(action.arguments) or None)
        case LogAction():
            Code(action.message, "Message")
        case _:
            assert_never(action)


def _pairs(name: str, pairs: Mapping[str, str | SecretRef]) -> None:
    if pairs:
        shown = "\n".join(
            f"{key}: " + (f"<secret {value.secret}>" if isinstance(value, SecretRef) else value)
            for key, value in pairs.items()
        )
        text(name, "small muted")
        Code(shown, name)


def _json(name: str, value: JsonValue) -> None:
    if value is not None:
        text(name, "small muted")
        plain = isinstance(value, str)
        Code(str(value) if plain else json.dumps(value, indent=2, ensure_ascii=False), name)


def _how(task: Task) -> list[Fact]:
    retry = task.retry
    tries = "once" if retry.max_attempts == 1 else f"up to {retry.max_attempts} times"
    if retry.max_attempts > 1:
        tries += f", {human(retry.initial_interval)} apart, then ×{retry.backoff:g}"
    rows: list[Fact] = [
        ("Tried", tries),
        ("Timeout", f"{human(task.timeout)} an attempt, {human(task.deadline)} in all"),
        ("If late", f"may run up to {human(task.catchup_window)} late"),
    ]
    if task.trigger.kind != "once":
        rows.append(("If still running", OVERLAP[task.overlap]))
    if task.tags:
        rows.append(("Tags", lambda: _tags(task)))
    rows += [
        ("Id", lambda: text(task.id, "mono")),
        ("Changed", lambda: _changed(task)),
        ("Created", lambda: When(task.created_at, "near")),
    ]
    return rows


def _tags(task: Task) -> None:
    with box("row"):
        for tag in task.tags:
            link(tag, f"/tasks?{urlencode({'tag': tag})}", "tag")


def _changed(task: Task) -> None:
    with box("row"):
        When(task.updated_at)
        text(f"by {task.updated_by}", "muted")


def _quoted(word: str) -> str:
    return (
        word
        if word and not set(word) & set(" \t\n\"'\\$`")
        else "'" + word.replace("'", "'\\''") + "'"
    )
