"""A job's options: those that become a retry policy, and those without a counterpart."""

from __future__ import annotations

from typing import Any

from onthedot.importing.collector import Entry
from onthedot.importing.yaml_source import Located

#: Options that say nothing about when or how often a job runs.
_INTERNAL = {"attempts", "backoff", "delay", "timestamp", "jobId", "repeat", "prevMillis"}
_KEPT = ("removeOnComplete", "removeOnFail", "keepLogs")
_MOST_ATTEMPTS = 1000
#: A pause that grows further than this is longer than any deadline.
_MOST_DOUBLED = 12


def retry(job: Located, entry: Entry, *opts: str) -> dict[str, Any]:
    """The retry policy for `attempts` and `backoff`: one attempt if there are none."""
    attempts = job.at(*opts, "attempts", default=1)
    line = job.line_of(*opts, "attempts")
    if isinstance(attempts, bool) or not isinstance(attempts, int):
        entry.lost(line, "attempts is not a number; 1 is used.")
        attempts = 1
    if attempts > _MOST_ATTEMPTS:
        entry.changed(line, f"At most {_MOST_ATTEMPTS:,} attempts.")
    policy: dict[str, Any] = {"max_attempts": min(max(attempts, 1), _MOST_ATTEMPTS)}
    backoff = job.at(*opts, "backoff")
    kind = backoff.get("type", "fixed") if isinstance(backoff, dict) else "fixed"
    delay = backoff.get("delay") if isinstance(backoff, dict) else backoff
    if backoff is None or policy["max_attempts"] == 1:
        return policy
    known = kind in ("fixed", "exponential")
    if not known or isinstance(delay, bool) or not isinstance(delay, int | float) or delay <= 0:
        entry.lost(job.line_of(*opts, "backoff"), "backoff uses a strategy of your own.")
        return policy
    doubled = 2 ** min(policy["max_attempts"] - 2, _MOST_DOUBLED)
    return policy | {
        "initial_interval": delay / 1000,
        "backoff": 2.0 if kind == "exponential" else 1.0,
        "max_interval": delay / 1000 * (doubled if kind == "exponential" else 1),
    }


def note_the_rest(job: Located, entry: Entry, *opts: str) -> None:
    """Notes the worker's part, and options without a counterpart."""
    entry.lost(
        job.line,
        "The queue does not hold the worker's code: the task writes a "
        "line to the log. Replace that action with yours.",
    )
    for name, value in job.mapping(*opts).items():
        line = job.line_of(*opts, name)
        if name in _KEPT:
            entry.lost(line, f"{name}: one setting for all tasks says how long runs are kept.")
        elif name not in _INTERNAL and value not in (None, 0, False):
            entry.lost(line, f"{name} has no counterpart.")
