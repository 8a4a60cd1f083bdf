"""Where a run is found in Temporal, and its name in REST."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from onthedot import naming
from onthedot.scheduling.errors import RunNotFound


@dataclass(frozen=True)
class RunAddress:
    """The location of a run in Temporal, and its id in REST: `task~which~execution`."""

    workflow_id: str
    execution: str

    @property
    def run_id(self) -> str:
        """The id in REST: URL-safe, unique and constant for each execution."""
        kind, _, rest = self.workflow_id.partition(":")
        if kind == "task":
            return f"{rest}~once~{self.execution}"
        if "~" in rest:
            return f"{rest}~{self.execution}"
        task_id, nominal = rest[:-21], rest[-20:]
        stamp = datetime.strptime(nominal, naming.ISO).replace(tzinfo=UTC).strftime(naming.STAMP)
        return f"{task_id}~{stamp}~{self.execution}"

    @classmethod
    def parse(cls, run_id: str) -> RunAddress:
        """The inverse of `run_id`.

        Raises:
            RunNotFound: this is not the id of a run.
        """
        task_id, _, rest = run_id.partition("~")
        which, _, execution = rest.rpartition("~")
        if not which or not execution:
            raise RunNotFound(run_id)
        if which == "once":
            return cls(naming.task_workflow(task_id), execution)
        try:
            nominal = datetime.strptime(which, naming.STAMP).replace(tzinfo=UTC)
        except ValueError:
            return cls(naming.direct_run(task_id, which), execution)
        return cls(naming.scheduled_run(task_id, nominal), execution)
