"""`python -m benchmarks`: measures, prints one table, and writes JSON on demand."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path

from benchmarks.comparison.plan import MANY, SCENARIOS, WAITING, Plan
from benchmarks.comparison.report import as_json, table
from benchmarks.comparison.rounds import ENCRYPTION, SIDES, measure
from benchmarks.instruments import Void
from onthedot.settings import PREFIX


def main() -> int:
    """Returns the exit code: 1 if a measurement failed, 2 if this machine cannot measure."""
    options = _options()
    # The user's settings must not affect the measurement.
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    if os.environ.get("TEMPORAL_ADDRESS") and WAITING in options.only:
        print("`waiting` kills Temporal, so it needs its own: --only once recurring")
        return 2
    levels = tuple(options.waiting) + ((MANY,) if options.full else ())
    settings = dict(pair.split("=", 1) for pair in options.setting)
    plan = Plan(options.pairs, tuple(options.only), options.n, levels, settings, options.encryption)
    try:
        sides = ENCRYPTION if plan.encryption else SIDES
        results = asyncio.run(measure(plan, _say, sides))
    except Void as reason:
        print(f"Nothing measured: {reason}", file=sys.stderr)
        return 1
    print(table(plan, results))
    if options.json:
        options.json.write_text(json.dumps(as_json(plan, results), indent=1) + "\n")
    return 0


def _options() -> argparse.Namespace:
    plan = Plan()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--pairs", type=int, default=plan.pairs, help="rounds of both sides")
    parser.add_argument(
        "--only", nargs="+", choices=SCENARIOS, default=list(SCENARIOS), help="what to measure"
    )
    parser.add_argument(
        "--n", type=int, default=plan.burst, help="one-time tasks of a burst; recurring: 2/5 of it"
    )
    parser.add_argument(
        "--waiting", type=int, nargs="+", default=list(plan.levels), help="numbers of waiting tasks"
    )
    parser.add_argument("--full", action="store_true", help=f"also {MANY:,} waiting tasks")
    parser.add_argument(
        "--setting", nargs="+", default=[], metavar="NAME=VALUE", help="not its default, for both"
    )
    parser.add_argument(
        "--encryption",
        action="store_true",
        help="what encryption costs: with it against without it, not against bare Temporal",
    )
    parser.add_argument("--json", type=Path, help="file for the figures of every pair")
    return parser.parse_args()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # The SDK can crash when an interpreter ends.
    os._exit(code)
