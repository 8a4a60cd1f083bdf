"""Airflow DAG files: only the schedule, read from the syntax tree without running the file.

1. Each `DAG(…)` and each `@dag(…)` is one DAG; only constants are read.
2. A cron string, a preset, a timedelta or a time-based timetable becomes a trigger.
3. What the DAG does is not read: the action is a `log` action, to be replaced.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from onthedot.importing.airflow.notes import note_the_rest
from onthedot.importing.airflow.timing import NOT_GIVEN, ScheduleReader, Timing
from onthedot.importing.airflow.values import Call, Values, dotted, zone_name
from onthedot.importing.clocks.rules import AIRFLOW
from onthedot.importing.collector import NO_LIMIT, Collector, Entry
from onthedot.importing.imported import UnreadableSource

#: The catch-up window of a DAG with `catchup`.
_CATCHUP = timedelta(days=30)


def read_airflow(text: str, found: Collector) -> None:
    """Adds the DAGs of a file.

    Raises:
        UnreadableSource: it is not Python, or defines no DAG.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(text)
        dags = list(_dags(tree, Values(tree)))
    except SyntaxError as error:
        raise UnreadableSource(
            found.name, error.lineno or 1, f"is not Python: {error.msg}."
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnreadableSource(found.name, 1, f"is not Python: {error}.") from None
    if not dags:
        raise UnreadableSource(found.name, 1, "defines no DAG.")
    for default_id, dag in sorted(dags, key=lambda each: each[1].line):
        _read(default_id, dag, found)


def _dags(tree: ast.Module, values: Values) -> Iterator[tuple[str, Call]]:
    """Each DAG's call, with its default id, in the order of the file."""
    decorated: set[int] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            if dotted(call.func if call else decorator).rpartition(".")[2] != "dag":
                continue
            decorated.add(id(call))
            yield (
                node.name,
                (values.call(call) if call else Call("dag", (), {}, decorator.lineno, {})),
            )
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and id(node) not in decorated:
            name = dotted(node.func).rpartition(".")[2]
            if name == "DAG":
                yield "", values.call(node)


def _read(default_id: str, dag: Call, found: Collector) -> None:
    dag_id = dag.argument(0, "dag_id", default=default_id)
    if not isinstance(dag_id, str) or not dag_id:
        found.lost(
            dag.lines.get("dag_id", dag.line),
            "Not imported: the DAG's id is computed when the file runs, and the import does "
            "not run it.",
        )
        return
    entry = found.entry(dag_id)
    defaults = dag.argument(None, "default_args", default={})
    defaults = defaults if isinstance(defaults, dict) else {}
    start = _moment(dag, defaults, "start_date", entry)
    line = _schedule_line(dag)

    def zone() -> str:
        named = zone_name(start) if start is not None else None
        return named or found.zone(line, "`default_timezone` of airflow.cfg")

    timed = ScheduleReader(zone, start, entry).timings(_schedule(dag), line)
    end = _moment(dag, defaults, "end_date", entry)
    for n, timing in enumerate(timed, 1):
        one_of_many = found.free_id(f"{entry.id}-{n}") if len(timed) > 1 else entry.id
        _add(one_of_many, dag_id, dag, timing, _bounds(start, end, timing, found), found)
    if timed:
        note_the_rest(dag, line, start, timed, entry)


def _schedule(dag: Call) -> Any:
    return dag.argument(None, "schedule", "schedule_interval", "timetable", default=NOT_GIVEN)


def _schedule_line(dag: Call) -> int:
    names = ("schedule", "schedule_interval", "timetable")
    return next((dag.lines[name] for name in names if name in dag.lines), dag.line)


def _moment(dag: Call, defaults: dict[str, Any], name: str, entry: Entry) -> datetime | None:
    value = dag.argument(None, name, default=defaults.get(name))
    if value is None or isinstance(value, datetime):
        return value
    line = dag.lines.get(name, dag.lines.get("default_args", dag.line))
    entry.lost(line, f"{name} is computed when the file runs, and the import does not run it.")
    return None


def _bounds(
    start: datetime | None, end: datetime | None, timing: Timing, found: Collector
) -> dict[str, Any]:
    """The bounds that still matter: a past start is left out."""
    bounds = {}
    for name, moment in (("start_at", start), ("end_at", end)):
        if moment is None:
            continue
        instant = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        if name == "end_at" or instant > found.at:
            bounds[name] = instant
    return bounds if timing.recurring else {}


def _add(
    task_id: str, dag_id: str, dag: Call, timing: Timing, bounds: dict[str, Any], found: Collector
) -> None:
    trigger = {**timing.trigger, **bounds}
    distance = found.distance(trigger, task_id) if timing.recurring else NO_LIMIT
    limit = dag.argument(None, "dagrun_timeout")
    limit = limit if isinstance(limit, timedelta) else NO_LIMIT
    description = dag.argument(None, "description")
    found.add(
        timing.line,
        task_id,
        {
            "name": dag_id[:200],
            **({"description": description} if isinstance(description, str) else {}),
            "tags": _tags(dag),
            "trigger": trigger,
            "action": {
                "kind": "log",
                "message": f"DAG {dag_id} is due; its action has not been written yet",
            },
            "timeout": limit,
            "deadline": limit,
            "retry": {"max_attempts": 1},
            "overlap": "buffer_all" if dag.argument(None, "max_active_runs") == 1 else "allow_all",
            "catchup_window": _CATCHUP if dag.argument(None, "catchup") is True else distance,
            "paused": dag.argument(None, "is_paused_upon_creation") is True,
        },
        AIRFLOW,
    )


def _tags(dag: Call) -> list[str]:
    tags = dag.argument(None, "tags", default=[])
    tags = tags if isinstance(tags, list) else []
    return ["-".join(tag.replace(",", " ").split()) for tag in tags if isinstance(tag, str) and tag]
