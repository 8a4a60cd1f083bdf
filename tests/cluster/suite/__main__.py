"""`python -m tests.cluster.suite FOLDER… --trials OPTION…`: all of `make cluster-test`.

1. Say in one line what this machine lacks, and run nothing then. Build Temporal if need be.
2. Run the tests of the folders on one cluster: several at a time, in namespaces of their own.
3. Run the tests of tests/cluster. Those that measure how late a run is come one after the other;
   those that mostly wait, before them and side by side. The options are pytest's, for these alone.
4. Say by folder what passed, how long it took, and what was left running. The exit code is 0 only
   if all passed and nothing was.

`--short` is for CI: it builds one release and ends after some minutes at most, and a machine that
lacks something is no failure.

All temporary files are in one directory, which goes at the end.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.parts.cluster import room
from tests.cluster.programs import (
    PREVIOUS_VERSION,
    VERSION,
    Missing,
    end,
    find,
    say,
    temporal_release,
)
from tests.cluster.suite.left_behind import adopt_orphans, end_what_is_left, run
from tests.cluster.suite.results import Results
from tests.go_programs import default_cache

_PYTEST = (sys.executable, "-m", "pytest", "-q")
_CLUSTER = (sys.executable, "-m", "tests.cluster", "--workers=0", "--servers=0", "--")
#: What one process of the tests has made is then in no list of another one.
_OWN_NAMESPACES = ("env", "--unset=TEMPORAL_NAMESPACE")
_TRIALS = "tests/cluster"
#: Each has a cluster of its own, or none, and measures nothing. The longest first.
_SIDE_BY_SIDE = tuple(f"{_TRIALS}/test_{name}.py" for name in ("backup", "guide", "api_keys"))
_ARCHIVE = "tests/archive"
_NO_TESTS = 5
_INTERRUPTED = 130
#: A build takes four minutes on two cores, the short form's tests two.
_SHORT_BUILD_SECONDS = 12 * 60
_SHORT_TESTS_SECONDS = 12 * 60


@dataclass(frozen=True)
class _Step:
    name: str
    command: list[str]
    folders: list[str]
    trial: bool = True


def main() -> int:
    """Returns the exit code: 2 where something is missing."""
    options = _options()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.default_int_handler)
    try:
        _build(options.short)
    except Missing as reason:
        print(f"NOTHING WAS TESTED ON A CLUSTER. {reason}", file=sys.stderr)
        return 0 if options.short else 2
    adopt_orphans()
    if options.short:
        signal.alarm(_SHORT_TESTS_SECONDS)
    began, results = time.monotonic(), Results()
    with room() as directory:
        codes = _run_all(_steps(options), directory, results)
        signal.alarm(0)
        left = end_what_is_left()
    say("\n".join(["", *results.lines(), *(f"LEFT RUNNING, now killed: {line}" for line in left)]))
    seconds = round(time.monotonic() - began)
    verdict = "FAILED" if any(codes) or left else "passed"
    target = "cluster-short" if options.short else "cluster-test"
    say(f"make {target} {verdict} in {_minutes(seconds)} on {os.cpu_count()} cores.")
    return next((code for code in codes if code), 1 if left else 0)


def _build(short: bool) -> None:
    """Raises Missing."""
    programs = find()
    if not short:
        for version in (VERSION, PREVIOUS_VERSION):
            temporal_release(programs, default_cache(), version, say)
        return
    signal.alarm(_SHORT_BUILD_SECONDS)
    try:
        temporal_release(programs, default_cache(), VERSION, say)
    except KeyboardInterrupt:
        raise Missing(f"Temporal was not built in {_SHORT_BUILD_SECONDS // 60} minutes.") from None
    finally:
        signal.alarm(0)


def _steps(options: argparse.Namespace) -> list[_Step]:
    """What is said, run and tested, one after the other."""
    steps = []
    if options.folders:
        suite = [*_CLUSTER, *_OWN_NAMESPACES, *_PYTEST, f"-n{options.processes}", *options.folders]
        steps.append(_Step("The suite on a cluster", suite, options.folders, trial=False))
    trials = [*_PYTEST, "-m", "cluster", *options.trials]
    if not options.short:
        beside = [*trials, f"-n{options.processes}", *_SIDE_BY_SIDE, _ARCHIVE]
        name = "Clusters are backed up and restored, side by side"
        steps.append(_Step(name, beside, [_TRIALS, _ARCHIVE]))
    timed = [*trials, *(f"--ignore={file}" for file in _SIDE_BY_SIDE), _TRIALS]
    steps.append(_Step("A cluster is broken and upgraded", timed, [_TRIALS]))
    return steps


def _run_all(steps: list[_Step], directory: Path, results: Results) -> list[int]:
    codes = []
    try:
        for step in steps:
            say(f"\n{step.name}")
            codes.append(_run(step, directory, results))
    except KeyboardInterrupt:
        say("INTERRUPTED, or out of time.")
        codes.append(_INTERRUPTED)
    trials = [code for step, code in zip(steps, codes, strict=False) if step.trial]
    if any(code != _NO_TESTS for code in trials):
        # The options may have chosen among one kind of trials alone.
        codes = [code for code in codes if code != _NO_TESTS]
    return codes


def _run(step: _Step, directory: Path, results: Results) -> int:
    report, began = directory / "report.xml", time.monotonic()
    code = run([*step.command, f"--junit-xml={report}"], {**os.environ, "TMPDIR": str(directory)})
    results.read(report, step.folders)
    report.unlink(missing_ok=True)
    say(f"That took {_minutes(round(time.monotonic() - began))}.")
    return code


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02} min"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster.suite", description=__doc__)
    parser.add_argument("folders", nargs="*", help="whose tests are to run on a cluster")
    parser.add_argument("--processes", type=int, default=4, help="that run the tests of folders")
    parser.add_argument("--short", action="store_true", help="only what CI has the time for")
    parser.add_argument("--trials", nargs=argparse.REMAINDER, default=[], help="pytest's options")
    return parser.parse_args()


if __name__ == "__main__":
    end(main())
