"""What tools answer: short texts, cut where more would not help a model."""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, ParamSpec

from mcp.server.mcpserver.exceptions import ToolError

from onthedot.client import CallFailed, ProblemResponse
from onthedot.scheduling.run import ShortRun
from onthedot.scheduling.stored.task_row import title
from onthedot.scheduling.task import Task
from onthedot.scheduling.trigger import CronTrigger, IntervalTrigger, Trigger
from onthedot.scheduling.values import format_instant

P = ParamSpec("P")

#: A tool: its description is its docstring.
Answering = Callable[..., Awaitable[str]]

#: The longest answer, in characters.
LONGEST = 8_000


def answers(tool: Callable[P, Awaitable[str]]) -> Callable[P, Awaitable[str]]:
    """A tool with a short answer, whose failure says what to do."""

    @functools.wraps(tool)
    async def answered(*args: P.args, **kwargs: P.kwargs) -> str:
        try:
            return cut(await tool(*args, **kwargs))
        except ProblemResponse as error:
            found = error.problem.errors or []
            wrong = "".join(f"\n{each.field or 'body'}: {each.message}" for each in found)
            raise ToolError(f"{error.problem.title}. {error.problem.detail}{wrong}") from error
        except CallFailed as error:
            raise ToolError(str(error)) from error

    return answered


def cut(text: str, most: int = LONGEST) -> str:
    """The head and the tail of a long text."""
    if len(text) <= most:
        return text
    left = len(text) - most
    return f"{text[: most * 3 // 4]}\n… {left:,} characters left out …\n{text[-most // 4 :]}"


def task_line(task: Task) -> str:
    """A task in a line."""
    coming = f"; next {format_instant(task.next_runs[0])}" if task.next_runs else ""
    tags = f"; tags {', '.join(task.tags)}" if task.tags else ""
    name = f" “{task.name}”" if task.name != task.id else ""
    note = f" ({task.note})" if task.note and task.status == "paused" else ""
    doing = f"{task.status.value}{note}, {task.health.value}"
    return f"{task.id}{name}: {doing}; {when(task.trigger)}; {title(task.action)}{coming}{tags}"


def run_line(run: ShortRun) -> str:
    """A run in a line."""
    late = f", {seconds(run.lateness)} late" if run.lateness else ""
    by = f" by {run.requested_by}" if run.requested_by else ""
    error = f"; {run.error.type}: {run.error.message[:200]}" if run.error else ""
    due = format_instant(run.scheduled_for)
    return f"{run.id}: {run.status.value}, due {due}{late}, {run.cause.value}{by}{error}"


def when(trigger: Trigger) -> str:
    """When it fires, briefly."""
    match trigger:
        case CronTrigger():
            return f"cron {trigger.expression} ({trigger.timezone})"
        case IntervalTrigger():
            return f"every {seconds(trigger.every)}"
        case _:
            return f"once at {instant(trigger.at)}"


def instant(at: datetime | None) -> str:
    """An instant, or a dash."""
    return format_instant(at) if at else "–"


def seconds(length: timedelta) -> str:
    """A duration in seconds."""
    return f"{length.total_seconds():g} s"


def plain(value: Any) -> str:
    """A value as JSON; text unchanged."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
