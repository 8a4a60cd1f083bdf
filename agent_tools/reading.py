"""The tools that only read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import islice
from typing import Annotated, Any, TypeVar

from pydantic import Field

from onthedot.agent_tools.answers import answers, cut, instant, plain, run_line, seconds, task_line
from onthedot.agent_tools.asked import Asked
from onthedot.applying.concise import concise
from onthedot.applying.yaml_output import to_yaml
from onthedot.scheduling.ledger.entries import LedgerState
from onthedot.scheduling.run import RunStatus
from onthedot.scheduling.task import Health, TaskStatus
from onthedot.scheduling.values import Instant

T = TypeVar("T")

_EXPLAINED = 40
_OUTPUT = 4_000

TaskId = Annotated[str, Field(description="The task's id, as list_tasks names it.")]
Limit = Annotated[int, Field(ge=1, le=100, description="The most items.")]
Since = Annotated[Instant | None, Field(description="From this instant on.")]
Until = Annotated[Instant | None, Field(description="Up to this instant.")]

#: Instants in these states are only counted.
_AS_IT_SHOULD = (LedgerState.RAN, LedgerState.PENDING)


class Reading:
    """Reads through a client of the server."""

    def __init__(self, ask: Asked) -> None:
        self._ask = ask

    @answers
    async def list_tasks(
        self,
        words: Annotated[
            str | None, Field(description="Words anywhere in name, id, tags, description, target.")
        ] = None,
        tag: str | None = None,
        status: TaskStatus | None = None,
        health: Annotated[Health | None, Field(description="How the last run went.")] = None,
        limit: Limit = 20,
    ) -> str:
        """Lists tasks, one line each: id, status, when it runs, what it does, next run."""
        async with self._ask() as server:
            found = server.list_tasks(
                q=words, tag=tag, status=status, health=health, page_size=limit + 1
            )
            rows = [task_line(task) async for task in _first(found, limit + 1)]
        return _listed(rows, limit) or "No task matches."

    @answers
    async def show_task(self, task_id: TaskId) -> str:
        """Shows one task: status, next runs, last run, and definition."""
        async with self._ask() as server:
            task = await server.get_task(task_id)
        lines = [
            task_line(task),
            f"Next runs: {', '.join(map(instant, task.next_runs)) or 'none'}",
            f"Last run: {run_line(task.last_run) if task.last_run else 'none'}",
            f"Revision {task.revision}; defined by {task.updated_by} at {instant(task.updated_at)}",
            *([f"Problem: {task.problem}"] if task.problem else []),
            "",
            to_yaml(concise(task, task.id)),
        ]
        return "\n".join(lines)

    @answers
    async def preview(
        self,
        trigger: Annotated[
            dict[str, Any],
            Field(
                description="As in a definition, for example "
                '{"kind": "cron", "expression": "0 9 * * 1-5", "timezone": "Europe/Rome"}, '
                '{"kind": "interval", "every": "PT15M"} or {"kind": "once", "at": "…"}.'
            ),
        ],
        count: Limit = 5,
    ) -> str:
        """Shows when a trigger would fire, in words and instants. Registers nothing."""
        async with self._ask() as server:
            found = await server.preview_trigger(trigger, count=count)
        runs = "\n".join(map(instant, found.next_runs)) or "It never fires."
        warnings = "".join(f"\nWarning: {each}" for each in found.warnings)
        return f"{found.description}\n{runs}{warnings}"

    @answers
    async def why(
        self,
        task_id: TaskId,
        at: Annotated[
            Instant | None, Field(description="By default the last instant without a run.")
        ] = None,
    ) -> str:
        """Explains in a sentence why a task did not run."""
        async with self._ask() as server:
            return (await server.get_why(task_id, at=at)).answer

    @answers
    async def ledger(self, task_id: TaskId, since: Since = None, until: Until = None) -> str:
        """Shows what happened at every instant at which a task should have run (default the last
        day): counts those that ran as expected, and lists every other one with the reason."""
        async with self._ask() as server:
            page = await server.get_ledger(task_id, since=since, until=until)
        counts = ", ".join(f"{count} {state}" for state, count in page.counts.items() if count)
        others = [entry for entry in page.items if entry.state not in _AS_IT_SHOULD]
        lines = [
            f"{instant(entry.at)} {entry.state.value}: {entry.detail}".rstrip(": ")
            for entry in others[-_EXPLAINED:]
        ]
        if len(others) > _EXPLAINED:
            lines.insert(0, f"The last {_EXPLAINED} of {len(others)}:")
        span = f"From {instant(page.since)} to {instant(page.until)}"
        return "\n".join([f"{span}: {counts or 'nothing was due'}.", *lines])

    @answers
    async def list_runs(
        self,
        task_id: Annotated[str | None, Field(description="Only this task.")] = None,
        status: RunStatus | None = None,
        since: Since = None,
        until: Until = None,
        limit: Limit = 20,
    ) -> str:
        """Lists runs, running ones first, then the latest: id, status, when it was due."""
        more: Any = {"status": status, "since": since, "until": until, "page_size": limit + 1}
        async with self._ask() as server:
            found = server.list_task_runs(task_id, **more) if task_id else server.list_runs(**more)
            rows = [run_line(run) async for run in _first(found, limit + 1)]
        return _listed(rows, limit) or "There is no such run."

    @answers
    async def show_run(
        self, run_id: Annotated[str, Field(description="The run's id, as list_runs names it.")]
    ) -> str:
        """Shows one run: status or what it waits for, its attempts, error and output."""
        async with self._ask() as server:
            run = await server.get_run(run_id)
        lines = [run_line(run)]
        if run.phase is not None:
            lines.append(f"Now: {run.phase.value}, since {instant(run.phase_since)}")
        if run.waiting_for:
            lines.append(f"Waits: {run.waiting_for}")
        lines.append(f"Started {instant(run.started_at)}, finished {instant(run.finished_at)}")
        lines += [
            f"Attempt {made.attempt}: {instant(made.started_at)} – {instant(made.ended_at)}"
            + (f"; {made.error.type}: {made.error.message[:300]}" if made.error else "")
            for made in islice(reversed(run.attempts_made), 5)
        ]
        if run.output is not None:
            lines.append(f"Output: {cut(plain(run.output), _OUTPUT)}")
        return "\n".join(lines)

    @answers
    async def forecast(
        self, since: Since = None, until: Until = None, tag: str | None = None
    ) -> str:
        """Shows how many starts are due (default the next day), the busiest instants, and how late
        the last start would be."""
        async with self._ask() as server:
            found = await server.forecast(since=since, until=until, tag=tag)
        lines = [
            f"From {instant(found.since)} to {instant(found.until)}: {found.total} starts of "
            f"{found.tasks} tasks; at {found.capacity_per_second:g} a second the last starts "
            f"{seconds(found.last_start_late)} late."
        ]
        lines += [
            f"{instant(busy.at)}: {busy.starts} at once, the last {seconds(busy.last_start_late)} "
            f"late: {', '.join(task.id for task in busy.tasks[:5])}"
            for busy in found.busiest[:5]
        ]
        if not found.complete:
            lines.append("Not all tasks, or not all of the span, were counted.")
        return "\n".join(lines)


async def _first(items: AsyncIterator[T], count: int) -> AsyncIterator[T]:
    left = count
    async for item in items:
        yield item
        left -= 1
        if not left:
            return


def _listed(rows: list[str], limit: int) -> str:
    more = ["There are more: narrow the search."] if len(rows) > limit else []
    return "\n".join([*rows[:limit], *more])
