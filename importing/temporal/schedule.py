"""Temporal Schedules, from the server's description: `temporal schedule describe -o json`.

A spec is the union of its calendars and intervals, minus its exclusions. Calendars that differ in
one field become one expression; each remaining one becomes a separate task. Temporal's own rule
for clock changes is not modelled: if `fetch.py` added the server's instants, they are compared, and
each night that differs is noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from onthedot.importing.collector import Collector, Entry
from onthedot.importing.imported import UnreadableSource
from onthedot.importing.temporal.action import workflow_fields
from onthedot.importing.temporal.nights import name_nights
from onthedot.importing.temporal.spec import Part, exclusions, parts
from onthedot.importing.temporal.values import seconds_of
from onthedot.importing.yaml_source import Located, documents

_OVERLAP = "SCHEDULE_OVERLAP_POLICY_"
_OVERLAPS = ("skip", "buffer_one", "buffer_all", "cancel_other", "terminate_other", "allow_all")
_COUNT = re.compile(r"\d{1,18}", re.ASCII)
#: Temporal's default catch-up window, in seconds.
_CATCHUP = 365 * 86_400


def read_temporal(text: str, found: Collector) -> None:
    """Adds the schedules of a file: one description, a list of them, or several documents.

    Raises:
        UnreadableSource: it is not JSON, or describes no schedule.
    """
    described = [each for document in documents(text, found.name) for each in _each(document)]
    described = [each for each in described if each.mapping("schedule", "spec")]
    if not described:
        raise UnreadableSource(
            found.name,
            1,
            "does not describe a schedule, as `temporal schedule describe -o json` does.",
        )
    for each in described:
        _read(each, found)


def _each(document: Located) -> Iterator[Located]:
    if isinstance(document.value, list):
        yield from document.items()
    else:
        yield document


def _read(described: Located, found: Collector) -> None:
    stem = found.name.rpartition("/")[2].removesuffix(".json")
    schedule_id = described.text("scheduleId") or stem
    entry = found.entry(schedule_id)
    action = workflow_fields(described, entry)
    if action is None:
        return
    zone = described.text("schedule", "spec", "timezoneName") or "UTC"
    wanted = parts(described, entry, zone)
    if not wanted:
        entry.lost(described.line_of("schedule", "spec"), "Not imported: never fires.")
        return
    fields = {
        "name": schedule_id[:200],
        **_note(described),
        **action,
        "overlap": _overlap(described, entry),
        "catchup_window": _seconds(described, "policies", "catchupWindow") or _CATCHUP,
        "paused": described.at("schedule", "state", "paused") is True,
    }
    common = _common(described, entry, zone)
    added = _add(described, wanted, fields, common, schedule_id, found)
    if added:
        name_nights(described, found, added, zone)
        _also(described, entry, added, wanted)


def _add(
    described: Located,
    wanted: Sequence[Part],
    fields: dict[str, Any],
    common: dict[str, Any],
    schedule_id: str,
    found: Collector,
) -> list[str]:
    """The ids of the added tasks, one per part."""
    added = []
    for part in wanted:
        one_id = found.free_id(schedule_id)
        trigger = {**part.trigger, **common}
        trigger["exclude"] = [*part.trigger.get("exclude", []), *common["exclude"]]
        for name, keep in (("start_at", max), ("end_at", min)):
            both = [t[name] for t in (part.trigger, common) if name in t]
            if both:
                trigger[name] = keep(both)
        if found.add(part.line, one_id, {**fields, "trigger": trigger}):
            added.append(one_id)
    return added


def _note(described: Located) -> dict[str, Any]:
    notes = described.text("schedule", "state", "notes")
    return {"description": notes[:4000]} if notes else {}


def _overlap(described: Located, entry: Entry) -> str:
    path = ("schedule", "policies", "overlapPolicy")
    written = described.text(*path) or f"{_OVERLAP}SKIP"
    policy = written.removeprefix(_OVERLAP).lower()
    if policy in _OVERLAPS:
        return policy
    if policy != "unspecified":
        entry.lost(described.line_of(*path), f"{written} is not known; skip is used.")
    return "skip"


def _common(described: Located, entry: Entry, zone: str) -> dict[str, Any]:
    """The fields of every trigger of the schedule: zone, bounds, jitter, exclusions, runs left."""
    from_spec = ("schedule", "spec")
    common: dict[str, Any] = {
        "timezone": zone,
        "exclude": exclusions(described, entry),
        "jitter": seconds_of(described.text(*from_spec, "jitter")) or 0,
    }
    for ours, theirs in (("start_at", "startTime"), ("end_at", "endTime")):
        moment = described.instant(*from_spec, theirs)
        if moment is not None:
            common[ours] = moment
    left = described.at("schedule", "state", "remainingActions", default="0")
    if described.at("schedule", "state", "limitedActions") is True and _COUNT.fullmatch(str(left)):
        if int(left):
            common["max_runs"] = int(left)
        else:
            entry.lost(
                described.line_of("schedule", "state", "limitedActions"),
                "The schedule has used up its actions. The task is imported "
                "without a limit; leave it out if you do not want it.",
            )
    return common


def _seconds(described: Located, *path: str) -> float | None:
    return seconds_of(described.text("schedule", *path))


def _also(described: Located, entry: Entry, added: Sequence[str], wanted: Sequence[Part]) -> None:
    spec = described.line_of("schedule", "spec")
    if len(wanted) > 1:
        entry.changed(
            spec,
            f"The spec has {len(wanted)} parts that no single trigger expresses, so it "
            f"becomes as many tasks: {', '.join(added)}. `overlap` and the number of runs apply "
            "to each alone, and an instant that two of them share runs twice.",
        )
    for name in ("pauseOnFailure", "keepOriginalWorkflowId"):
        if described.at("schedule", "policies", name) is True:
            where = described.line_of("schedule", "policies", name)
            entry.lost(where, f"{name} has no counterpart.")
    if described.at("schedule", "spec", "jitter"):
        entry.changed(
            described.line_of("schedule", "spec", "jitter"),
            "Jitter has the same width but other values: it depends on the schedule's id.",
        )
