"""Converts a CronJob's policies: concurrency, retries and missed runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from onthedot.importing.collector import Entry
from onthedot.importing.yaml_source import Located

#: The path of the job in a CronJob.
JOB = ("spec", "jobTemplate", "spec")
_OVERLAP = {"Allow": "allow_all", "Forbid": "skip", "Replace": "cancel_other"}
#: Kubernetes' default: six more attempts, ten seconds apart at first.
_BACKOFF_LIMIT = 6
_RETRY = {"initial_interval": 10, "backoff": 2.0, "max_interval": 360}


def overlap(job: Located, entry: Entry) -> str:
    """The overlap policy for a CronJob's concurrency policy."""
    policy = job.at("spec", "concurrencyPolicy", default="Allow")
    line = job.line_of("spec", "concurrencyPolicy")
    if policy == "Forbid":
        entry.changed(
            line,
            "Forbid becomes skip. Kubernetes may still start the skipped run late, when the "
            "earlier one has ended; `buffer_one` does that.",
        )
    elif policy == "Replace":
        entry.changed(
            line,
            "Replace becomes cancel_other: the earlier run is given time to end before the new "
            "one starts.",
        )
    elif policy != "Allow":
        entry.lost(line, f"concurrencyPolicy {policy!r} is not known; Allow is used.")
    return _OVERLAP.get(policy if isinstance(policy, str) else "", "allow_all")


def catchup(job: Located, entry: Entry, distance: timedelta) -> timedelta:
    """The catch-up window: one distance of runs, as Kubernetes starts only the last missed one."""
    limit = seconds(job, entry, "spec", "startingDeadlineSeconds")
    if limit is None:
        entry.check(
            job.line,
            "Without startingDeadlineSeconds, Kubernetes starts the last run that it "
            "missed, however late. The catch-up window is the time between two runs, "
            "which has the same effect unless an outage is longer.",
        )
        return distance
    if limit > distance:
        entry.changed(
            job.line_of("spec", "startingDeadlineSeconds"),
            "After an outage Kubernetes starts only the last missed run; here every run "
            "within the window starts, as `overlap` allows.",
        )
    return limit


def retry(job: Located, entry: Entry) -> dict[str, Any]:
    """The retry policy for a job's back-off."""
    limit = job.at(*JOB, "backoffLimit", default=_BACKOFF_LIMIT)
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
        entry.lost(job.line_of(*JOB, "backoffLimit"), "backoffLimit is not understood.")
        limit = _BACKOFF_LIMIT
    if limit >= 1000:
        entry.changed(job.line_of(*JOB, "backoffLimit"), "At most 1,000 attempts.")
    return {"max_attempts": min(limit + 1, 1000), **_RETRY}


def seconds(job: Located, entry: Entry, *path: str) -> timedelta | None:
    """A number of seconds; None, and a note, for any other value."""
    value = job.at(*path)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 3_155_760_000:
        entry.lost(job.line_of(*path), f"{path[-1]} is not a number of seconds.")
        return None
    return timedelta(seconds=value)
