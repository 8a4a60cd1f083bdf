"""Judges a wave by REST, by Temporal's own list, and by the receiver's record."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tests.faults.judging.receiving import Arrival
from tests.faults.judging.wave import Wave
from tests.waiting import PATIENCE, at_load, wait_until

#: What is promised of a 503. A machine that has far more to do than it can is given more time.
REFUSED_WITHIN_SECONDS = 2.0

#: No server at all, a balancer that says so, and one that says that Temporal is away.
_REFUSALS = (0, 502, 503)


@dataclass
class Verdict:
    """What went wrong, with the task each time, and what was measured."""

    occurrences: int
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    half_registered: list[str] = field(default_factory=list)
    wrong_keys: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    not_succeeded: list[str] = field(default_factory=list)
    repeated: int = 0
    refused: int = 0
    slowest_refusal: float = 0.0
    """Seconds until a registration was answered 503, at most."""
    refused_wrongly: list[str] = field(default_factory=list)
    """For no reason that there was."""
    refused_late: list[str] = field(default_factory=list)
    latest: float = 0.0
    """Seconds from when an occurrence was due until it first reached the receiver, at most."""
    recovered: float = 0.0
    """Seconds from the return of what was broken until all that was overdue had been done."""

    def require_nothing_wrong(self) -> None:
        found = {name: value for name, value in vars(self).items() if isinstance(value, list)}
        assert not any(found.values()), {name: wrong for name, wrong in found.items() if wrong}


def judge(wave: Wave, *, back: float, patience: float = PATIENCE) -> Verdict:
    """Waits until the wave is over, and checks every occurrence of it.

    Args:
        back: when the broken part was back, in seconds since 1970.
    """
    whole, absent = _sorted_out(wave)
    expected = {(task, due) for task in whole for due in wave.expected[task]}
    _wait_until_through(wave, expected, patience)
    arrivals = [one for one in wave.receiving.arrivals() if one.task in wave.expected]
    refused = wave.refused()
    verdict = Verdict(len(expected), refused=len(refused))
    for answer in refused:
        if answer.status not in _REFUSALS:
            verdict.refused_wrongly.append(f"{answer.task}: {answer.status}")
        elif answer.seconds > at_load(REFUSED_WITHIN_SECONDS):
            verdict.refused_late.append(f"{answer.task}: after {answer.seconds:.2f} s")
        verdict.slowest_refusal = max(verdict.slowest_refusal, answer.seconds)
    _judge_runs(wave, whole, verdict)
    _judge_list(wave, expected, verdict)
    _judge_arrivals(arrivals, expected, verdict)
    came_to_nothing = {one.task for one in arrivals} & absent
    verdict.half_registered += sorted(came_to_nothing)
    verdict.recovered = _recovery(wave, arrivals, back)
    wave.receiving.seen_all_of(wave.name)
    return verdict


def _sorted_out(wave: Wave) -> tuple[list[str], set[str]]:
    """The tasks that exist, which must include every one that got a 201; and the others."""
    whole, absent = wave.registered(), set()
    for answer in wave.refused():
        found = wave.system.get(f"/tasks/{answer.task}").status_code
        assert found in (200, 404), found
        if found == 200:
            whole.append(answer.task)
        else:
            absent.add(answer.task)
    for task in whole:
        wave.forget_before_registration(task)
    return whole, absent


def _wait_until_through(wave: Wave, expected: set[tuple[str, datetime]], patience: float) -> None:
    limit = max(time.time(), wave.end().timestamp()) + patience
    # A recurring task itself may stay a little longer than its runs.
    query = (
        f"OnTheDotTask STARTS_WITH '{wave.name}-' AND ExecutionStatus = 'Running' AND "
        f"(OnTheDotKind IS NULL OR OnTheDotKind = 'once')"
    )

    def through() -> bool:
        arrived = {(one.task, one.due) for one in wave.receiving.arrivals()}
        return expected <= arrived and not wave.system.listed_by_temporal(query)

    # What is missing then is the verdict's to say.
    with suppress(AssertionError):
        wait_until(through, "all has arrived", limit - time.time())


def _judge_runs(wave: Wave, tasks: list[str], verdict: Verdict) -> None:
    """By REST: each occurrence has one run, which succeeded."""
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(partial(_runs, wave), tasks))
    for task, runs in zip(tasks, found, strict=True):
        if runs is None:
            verdict.half_registered.append(f"{task}: not there")
            continue
        times = Counter(datetime.fromisoformat(run["scheduled_for"]) for run in runs)
        _compare(task, Counter(wave.expected[task]), times, verdict)
        verdict.not_succeeded += [
            f"{run['id']}: {run['status']} {run['error']}"
            for run in runs
            if run["status"] != "succeeded"
        ]


def _runs(wave: Wave, task: str) -> list[dict[str, Any]] | None:
    if wave.system.get(f"/tasks/{task}").status_code != 200:
        return None
    answer = wave.system.get(f"/tasks/{task}/runs", limit=100)
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def _judge_list(wave: Wave, expected: set[tuple[str, datetime]], verdict: Verdict) -> None:
    """By Temporal's own list: each occurrence is one execution."""
    query = f"OnTheDotTask STARTS_WITH '{wave.name}-'"
    listed = Counter(wave.system.listed_by_temporal(query))
    for task, due in expected:
        workflow = f"task:{task}"
        if task in wave.repeating:
            workflow = f"run:{task}-{due:%Y-%m-%dT%H:%M:%SZ}"
        if listed[workflow] == 0:
            verdict.lost.append(f"{workflow}: not in Temporal's list")
        elif listed[workflow] > 1:
            verdict.twice.append(f"{workflow}: {listed[workflow]} times in Temporal's list")


def _judge_arrivals(
    arrivals: list[Arrival], expected: set[tuple[str, datetime]], verdict: Verdict
) -> None:
    """By the receiver: each occurrence arrived, never early, with one key that no other has."""
    keys: dict[tuple[str, datetime], set[str]] = {}
    for one in arrivals:
        keys.setdefault((one.task, one.due), set()).add(one.key)
        if one.at < one.due.timestamp():
            verdict.early.append(f"{one.task}: {one.due.timestamp() - one.at:.3f} s early")
    verdict.lost += [f"{task} at {due}: never arrived" for task, due in expected - keys.keys()]
    verdict.twice += [f"{task} at {due}: not its time" for task, due in keys.keys() - expected]
    verdict.wrong_keys += [f"{task} at {due}" for (task, due), own in keys.items() if len(own) != 1]
    owners = Counter(key for own in keys.values() for key in own)
    verdict.wrong_keys += [key for key, number in owners.items() if number > 1]
    verdict.repeated = len(arrivals) - len(keys)
    firsts: dict[tuple[str, datetime], float] = {}
    for one in arrivals:
        firsts.setdefault((one.task, one.due), one.at)
    verdict.latest = max((at - due.timestamp() for (_, due), at in firsts.items()), default=0.0)


def _compare(
    task: str, wanted: Counter[datetime], found: Counter[datetime], verdict: Verdict
) -> None:
    verdict.lost += [f"{task} at {due}: no run" for due in (wanted - found)]
    verdict.twice += [f"{task} at {due}: a run too many" for due in (found - wanted)]


def _recovery(wave: Wave, arrivals: list[Arrival], back: float) -> float:
    """The time until the last attempt at what was overdue, and until REST accepted registrations
    again."""
    came_back = datetime.fromtimestamp(back, UTC)
    overdue = [one.at for one in arrivals if one.due <= came_back]
    accepted = [a.at for a in wave.answers if a.status == 201 and a.at > back]
    last = max([back, *overdue])
    return max(last, min(accepted, default=back)) - back
