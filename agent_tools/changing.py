"""The tools that change something."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from onthedot.agent_tools.answers import answers, instant, run_line, task_line
from onthedot.agent_tools.asked import Asked
from onthedot.agent_tools.reading import TaskId
from onthedot.scheduling.values import Instant

RunId = Annotated[str, Field(description="The run's id, as list_runs names it.")]
Note = Annotated[str, Field(max_length=500, description="The reason, shown to people.")]


class Changing:
    """Makes changes through a client of the server."""

    def __init__(self, ask: Asked) -> None:
        self._ask = ask

    @answers
    async def register(
        self,
        task: Annotated[
            dict[str, Any],
            Field(
                description="A definition with `trigger` and `action`, preferably an `id`. For "
                'example {"id": "ping", "trigger": {"kind": "interval", "every": "PT15M"}, '
                '"action": {"kind": "http", "method": "GET", "url": "https://example.com/"}}.'
            ),
        ],
    ) -> str:
        """Registers a task. An id that is in use is refused. Preview the trigger first."""
        async with self._ask() as server:
            made = await server.create_task(task)
        return f"Registered. {task_line(made)}"

    @answers
    async def pause(
        self,
        task_id: TaskId,
        note: Note = "",
        until: Annotated[
            Instant | None, Field(description="Resumes automatically at this time.")
        ] = None,
    ) -> str:
        """Keeps a task from firing, until it is resumed or `until` comes."""
        async with self._ask() as server:
            paused = await server.pause_task(task_id, note=note, until=until)
        ends = f" until {instant(paused.paused_until)}" if paused.paused_until else ""
        return f"{paused.id} is paused{ends}."

    @answers
    async def resume(self, task_id: TaskId, note: Note = "") -> str:
        """Lets a paused task fire again."""
        async with self._ask() as server:
            resumed = await server.resume_task(task_id, note=note)
        return f"Resumed. {task_line(resumed)}"

    @answers
    async def run(self, task_id: TaskId) -> str:
        """Runs a task once now, in addition to its schedule. Follow it with show_run."""
        async with self._ask() as server:
            return f"Started. {run_line(await server.run_task(task_id))}"

    @answers
    async def cancel(self, run_id: RunId) -> str:
        """Asks a run in progress to stop. Check with show_run that it has."""
        async with self._ask() as server:
            return f"Asked to stop: {(await server.cancel_run(run_id)).id}"

    @answers
    async def retry(self, run_id: RunId) -> str:
        """Runs the same occurrence again, as a new run. Follow it with show_run."""
        async with self._ask() as server:
            return f"Started. {run_line(await server.retry_run(run_id))}"
