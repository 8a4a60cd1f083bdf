"""Notes on the parts of a DAG that its schedule does not carry over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from onthedot.importing.airflow.timing import Timing
from onthedot.importing.airflow.values import Call, Unknown
from onthedot.importing.collector import Entry

#: Arguments of a DAG that have no counterpart.
_STAYS = ("on_failure_callback", "on_success_callback", "sla_miss_callback", "params", "deadline")


def note_the_rest(
    dag: Call,
    line: int,
    start: datetime | None,
    timed: Sequence[Timing],
    entry: Entry,
) -> None:
    """Notes the DAG's work, data intervals, and arguments without a counterpart."""
    entry.lost(
        dag.line,
        "The DAG's own work is not imported: the task writes a line to the log. Replace that "
        "action with yours.",
    )
    if any(timing.interval_end for timing in timed):
        entry.check(
            line,
            "A run starts at the end of its data interval, and `scheduled_for` is that instant. "
            "Where Airflow keeps data intervals, its logical date is the instant before.",
        )
    if start is not None and start.astimezone(UTC) > entry.found.at:
        entry.check(
            dag.lines.get("start_date", dag.line),
            "The first run is at the first instant from start_date on; with "
            "data intervals, Airflow's first run is at the second.",
        )
    if dag.argument(None, "catchup") is True:
        entry.changed(
            dag.lines["catchup"],
            "catchup becomes a catch-up window of 30 days: runs missed within it still start. "
            "Runs due before the task is registered do not; use a backfill for those.",
        )
    active = dag.argument(None, "max_active_runs")
    if isinstance(active, int) and active > 1:
        entry.changed(
            dag.lines["max_active_runs"],
            f"max_active_runs={active}: `overlap` allows one run at a time or any number.",
        )
    for name in _STAYS:
        if dag.argument(None, name) is not None:
            entry.lost(dag.lines[name], f"{name} has no counterpart; see `notify`.")
    for name, value in dag.keywords.items():
        if isinstance(value, Unknown) and name in ("dagrun_timeout", "catchup", "max_active_runs"):
            entry.lost(dag.lines[name], f"{name}={value.text} is not a constant.")
