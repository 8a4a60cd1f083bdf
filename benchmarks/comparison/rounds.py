"""Runs the rounds: one side after the other, in alternating order, each on a fresh Temporal."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from benchmarks.comparison.burst import one_time, recurring
from benchmarks.comparison.plan import ONCE, RECURRING, WAITING, Plan
from benchmarks.comparison.waiting import waiting
from benchmarks.instruments import Void
from benchmarks.instruments.figures import Figures
from benchmarks.instruments.machine import Share, Snapshot
from benchmarks.sides.bare import Bare
from benchmarks.sides.ours import Encrypted, Ours
from benchmarks.sides.side import Side
from benchmarks.sides.stack import Stack

OURS, BARE = "ours", "bare"

#: The sides, and how to build them on a stack.
SIDES: Mapping[str, Callable[[Stack], Side]] = {OURS: Ours, BARE: Bare}
ENCRYPTION: Mapping[str, Callable[[Stack], Side]] = {OURS: Encrypted, BARE: Ours}

#: How often a void round is repeated before the whole measurement is given up.
_REPEATS = 2

Say = Callable[[str], None]
Measured = dict[str, Figures]
Round = Callable[[Side], Awaitable[Measured]]


@dataclass
class Results:
    """For each scenario and side, the figures of each pair, and who used the CPU meanwhile."""

    figures: dict[str, dict[str, list[Figures]]] = field(default_factory=dict)
    shares: list[tuple[str, Share]] = field(default_factory=list)
    """The side, and the machine during its round."""
    seconds: float = 0.0

    def add(self, side: str, measured: Measured) -> None:
        for scenario, figures in measured.items():
            self.figures.setdefault(scenario, {}).setdefault(side, []).append(figures)


async def measure(plan: Plan, say: Say, sides: Mapping[str, Callable[[Stack], Side]]) -> Results:
    """All rounds of a plan. Raises Void if a round cannot be measured."""
    results, began = Results(), time.monotonic()

    async def bursts(side: Side) -> Measured:
        measured: Measured = {}
        if ONCE in plan.scenarios:
            measured[ONCE] = await one_time(side, count=plan.burst, probes=plan.probes)
        if RECURRING in plan.scenarios:
            measured[RECURRING] = await recurring(side, count=plan.recurring, probes=plan.recurring)
        return measured

    async def queue(side: Side) -> Measured:
        return {WAITING: await waiting(side, levels=plan.levels)}

    pairs: list[Round] = []
    if {ONCE, RECURRING} & set(plan.scenarios):
        pairs += [bursts] * plan.pairs
    if WAITING in plan.scenarios:
        pairs.append(queue)
    for number, body in enumerate(pairs):
        order = list(sides) if number % 2 == 0 else list(sides)[::-1]
        for name in order:
            measured, share = await _round(plan, name, sides[name], body, say)
            results.add(name, measured)
            results.shares.append((name, share))
            say(f"pair {number + 1} of {len(pairs)}, {name}: {_short(measured)}; {_said(share)}")
    results.seconds = time.monotonic() - began
    return results


async def _round(
    plan: Plan, name: str, build: Callable[[Stack], Side], body: Round, say: Say
) -> tuple[Measured, Share]:
    for attempt in range(_REPEATS + 1):
        async with Stack(plan.settings) as stack:
            side = build(stack)
            before = Snapshot.take(sum(stack.cpu().values()))
            try:
                await side.start()
                measured = await body(side)
                return measured, before.until(Snapshot.take(sum(stack.cpu().values())))
            except Void as reason:
                if attempt == _REPEATS:
                    raise
                say(f"{name}: void, repeated: {reason}")
            finally:
                await side.close()
    raise AssertionError("unreachable")


def _short(measured: Measured) -> str:
    parts = []
    for scenario, figures in measured.items():
        if "lateness_p50" in figures:
            parts.append(
                f"{scenario} {figures['registrations_a_second']:.0f}/s, late "
                f"{figures['lateness_p50']:.2f} {figures['lateness_p99']:.2f} s, "
                f"{figures['executions_a_second']:.0f} runs/s, {figures['cpu_ms_a_run']:.1f} ms CPU"
            )
        else:
            parts.append(scenario)
    return "; ".join(parts)


def _said(share: Share) -> str:
    return f"others {share.others:.0%}, stolen {share.stolen:.0%}, load {share.load:.1f}"
