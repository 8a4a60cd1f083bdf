"""CronJob manifests: one file, many documents, lists of them, as YAML or JSON.

Kubernetes reads expressions with robfig/cron: a star with a step restricts, a local time that
clocks skip does not run, and one that they show twice runs twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from onthedot.importing.clocks.rules import KUBERNETES, changes_by_less_than_an_hour
from onthedot.importing.collector import NO_LIMIT, Collector, Entry
from onthedot.importing.cron_dialects import from_robfig
from onthedot.importing.imported import UnreadableSource
from onthedot.importing.kubernetes.container import container_action
from onthedot.importing.kubernetes.policies import JOB, catchup, overlap, retry, seconds
from onthedot.importing.yaml_source import Located, documents
from onthedot.scheduling.cron.fields import CronError
from onthedot.scheduling.trigger import CronTrigger

_EVERY = re.compile(r"@every\s+(\S+)\s*", re.ASCII)
_GO_PART = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(h|ms|m|s)", re.ASCII)
_GO_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_ZONE_PREFIX = re.compile(r"(?:CRON_)?TZ=(\S+)\s+(.*)", re.ASCII)
_HISTORY = ("successfulJobsHistoryLimit", "failedJobsHistoryLimit")


def read_kubernetes(text: str, found: Collector) -> None:
    """Adds the CronJobs of a file; other kinds of objects are ignored.

    Raises:
        UnreadableSource: it is not YAML, or has no CronJob.
    """
    jobs = [job for document in documents(text, found.name) for job in _cron_jobs(document)]
    if not jobs:
        raise UnreadableSource(found.name, 1, "holds no CronJob.")
    for job in jobs:
        _read(job, found)


def _cron_jobs(document: Located) -> Iterator[Located]:
    if document.text("kind") == "CronJob":
        yield document
    elif document.text("kind").endswith("List"):
        yield from (item for item in document.items("items") if item.text("kind") == "CronJob")


def _read(job: Located, found: Collector) -> None:
    name = job.text("metadata", "name") or "cronjob"
    entry = found.entry(name)
    line = job.line_of("spec", "schedule")
    trigger = _trigger(job, entry)
    if trigger is None:
        return
    distance = found.distance(trigger, entry.id)
    action, action_line = container_action(job, entry)
    limit = seconds(job, entry, *JOB, "activeDeadlineSeconds")
    added = found.add(
        line,
        entry.id,
        {
            "name": name,
            "tags": _tags(job),
            "trigger": trigger,
            "action": action,
            "timeout": limit or NO_LIMIT,
            "deadline": limit or NO_LIMIT,
            "retry": retry(job, entry),
            "overlap": overlap(job, entry),
            "catchup_window": catchup(job, entry, distance),
            "paused": job.at("spec", "suspend") is True,
        },
        KUBERNETES,
    )
    if added:
        typed = found.task(entry.id).trigger
        if isinstance(typed, CronTrigger) and changes_by_less_than_an_hour(typed, found.at):
            entry.check(
                line,
                f"robfig/cron, which Kubernetes uses, goes by whole hours and misses instants in "
                f"{typed.timezone}, where clocks change by less. Here none is missed.",
            )
        _also(job, entry, limit is None, action_line)


def _trigger(job: Located, entry: Entry) -> dict[str, Any] | None:
    line, written = job.line_of("spec", "schedule"), job.at("spec", "schedule")
    if not isinstance(written, str):
        entry.lost(line, "Not imported: it has no schedule.")
        return None
    zone = job.text("spec", "timeZone")
    prefix = _ZONE_PREFIX.fullmatch(written.strip())
    if prefix is not None:
        zone, written = prefix[1], prefix[2]
    every = _EVERY.fullmatch(written.strip())
    if every is not None:
        seconds = _go_duration(every[1])
        if seconds is None:
            entry.lost(line, f"Not imported: {written!r} is not understood.")
            return None
        entry.changed(line, "@every counts from the last run there, and by the clock in UTC here.")
        return {"kind": "interval", "every": max(1.0, float(int(seconds)))}
    try:
        expression = from_robfig(written)
    except CronError as error:
        entry.lost(line, f"Not imported: {error}")
        return None
    if not zone:
        zone = entry.found.zone(line, "the zone of kube-controller-manager")
    return {"kind": "cron", "expression": expression, "timezone": zone}


def _go_duration(text: str) -> float | None:
    parts = _GO_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _GO_UNITS[unit] for number, unit in parts)


def _tags(job: Located) -> list[str]:
    """The namespace, so that a team's jobs can be listed."""
    namespace = job.text("metadata", "namespace")
    return [namespace] if namespace else []


def _also(job: Located, entry: Entry, unlimited: bool, action_line: int) -> None:
    if unlimited:
        entry.check(
            action_line,
            "Kubernetes does not limit a run; here its timeout and deadline are one day.",
        )
    for name in _HISTORY:
        if job.at("spec", name) is not None:
            entry.lost(
                job.line_of("spec", name),
                f"{name}: one setting for all tasks says how long runs are kept.",
            )
    for name in ("parallelism", "completions", "podFailurePolicy", "completionMode"):
        if job.at(*JOB, name) not in (None, 1):
            entry.lost(job.line_of(*JOB, name), f"{name}: a run is one process.")
