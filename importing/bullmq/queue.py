"""The future jobs of a BullMQ queue: `{"queue", "paused", "schedulers", "delayed"}`.

1. A job scheduler becomes a recurring task: a cron expression, or an interval in whole seconds.
2. A delayed job that no scheduler made becomes a one-time task.
3. What a worker does with the job is not in Redis: the action is a `log` action with the job's
   data, to be replaced.

`queue.getJobSchedulers()` and `queue.getDelayed()` return the lists; the guide has the script.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from onthedot.importing.bullmq.options import note_the_rest, retry
from onthedot.importing.clocks.rules import BULLMQ, changes_by_less_than_an_hour
from onthedot.importing.collector import NO_LIMIT, Collector, Entry
from onthedot.importing.cron_dialects import from_cron_parser
from onthedot.importing.imported import UnreadableSource
from onthedot.importing.yaml_source import Located, documents
from onthedot.scheduling.cron.fields import CronError
from onthedot.scheduling.trigger import CronTrigger

#: Milliseconds beyond any clock: the year 9999.
_BEYOND = 253_370_764_800_000
#: How late a delayed job may run: BullMQ sets no limit.
_CATCHUP = timedelta(days=30)
#: How much of the job's data goes into the message, which has at most 8,192 characters.
_DATA_LENGTH = 4000


def read_bullmq(text: str, found: Collector) -> None:
    """Adds the schedulers and delayed jobs of a file.

    Raises:
        UnreadableSource: it is not JSON, or has neither of the lists.
    """
    queues = [
        each
        for each in documents(text, found.name)
        if each.sequence("schedulers") or each.sequence("delayed")
    ]
    if not queues:
        raise UnreadableSource(
            found.name, 1, 'holds no "schedulers" and no "delayed" jobs of a queue.'
        )
    for queue in queues:
        for scheduler in queue.items("schedulers"):
            _read_scheduler(queue, scheduler, found)
        for job in queue.items("delayed"):
            if not job.text("repeatJobKey"):
                _read_delayed(queue, job, found)


def _read_scheduler(queue: Located, scheduler: Located, found: Collector) -> None:
    key = scheduler.text("key") or scheduler.text("name") or "scheduler"
    entry = found.entry(key)
    trigger = _trigger(scheduler, entry)
    if trigger is None:
        return
    left = _runs_left(scheduler, found)
    if left == 0:
        entry.lost(scheduler.line_of("limit"), "Not imported: it has reached its limit.")
        return
    start = _instant(scheduler.at("startDate"))
    bounds = {
        "start_at": start if start is not None and start > found.at else None,
        "end_at": _instant(scheduler.at("endDate")),
        "max_runs": left,
    }
    trigger |= {name: bound for name, bound in bounds.items() if bound is not None}
    opts = ("template", "opts")
    _add(
        queue,
        scheduler,
        entry,
        {
            "name": key[:200],
            "trigger": trigger,
            "action": _action(queue, scheduler, "template", "data"),
            "retry": retry(scheduler, entry, *opts),
            "catchup_window": found.distance(trigger, entry.id),
        },
        opts,
    )


def _read_delayed(queue: Located, job: Located, found: Collector) -> None:
    job_id, name = job.text("id"), job.text("name")
    entry = found.entry(f"{queue.text('queue')}-{job_id}" if job_id.isdigit() else job_id)
    created, delay = job.at("timestamp"), job.at("delay")
    due = _instant(created + delay) if _is_whole(created) and _is_whole(delay) else None
    if due is None:
        entry.lost(job.line, "Not imported: it has no timestamp or no delay.")
        return
    _add(
        queue,
        job,
        entry,
        {
            "name": (name or job_id or entry.id)[:200],
            "trigger": {"kind": "once", "at": due},
            "action": _action(queue, job, "data"),
            "retry": retry(job, entry, "opts"),
            "catchup_window": _CATCHUP,
        },
        ("opts",),
    )


def _add(
    queue: Located,
    job: Located,
    entry: Entry,
    fields: dict[str, Any],
    opts: tuple[str, ...],
) -> None:
    tag = "-".join(queue.text("queue").replace(",", " ").split())
    added = entry.found.add(
        job.line,
        entry.id,
        {
            "tags": [tag] if tag else [],
            "timeout": NO_LIMIT,
            "deadline": NO_LIMIT,
            "overlap": "allow_all",
            "paused": queue.at("paused") is True,
            **fields,
        },
        BULLMQ,
    )
    if not added:
        return
    found = entry.found
    trigger = found.task(entry.id).trigger
    if isinstance(trigger, CronTrigger) and changes_by_less_than_an_hour(trigger, found.at):
        entry.check(
            job.line_of("pattern"),
            f"cron-parser, which BullMQ uses, finds no further run once clocks in "
            f"{trigger.timezone} change by less than an hour. Here none is missed.",
        )
    note_the_rest(job, entry, *opts)


def _trigger(scheduler: Located, entry: Entry) -> dict[str, Any] | None:
    every, pattern = scheduler.at("every"), scheduler.at("pattern")
    if _is_whole(every):
        if every == 0 or every % 1000:
            entry.lost(
                scheduler.line_of("every"),
                f"Not imported: every {every} ms. An interval is in whole seconds.",
            )
            return None
        offset = scheduler.at("offset")
        seconds = int(offset % every // 1000) if _is_whole(offset) else 0
        return {"kind": "interval", "every": every // 1000, "offset": seconds}
    line = scheduler.line_of("pattern")
    if not isinstance(pattern, str):
        entry.lost(line, "Not imported: it has no pattern and no every.")
        return None
    try:
        expression = from_cron_parser(pattern)
    except CronError as error:
        entry.lost(line, f"Not imported: {error}")
        return None
    if any(element.startswith("H") for element in expression.replace(",", " ").split()):
        entry.changed(
            line, "BullMQ picks a new value of H for each run. Here it is picked once, from the id."
        )
    zone = scheduler.text("tz") or entry.found.zone(line, "the zone of the worker's machine")
    return {"kind": "cron", "expression": expression, "timezone": zone}


def _runs_left(scheduler: Located, found: Collector) -> int | None:
    """The runs left of `limit`. The one that waits in the queue counts as made."""
    limit, made = scheduler.at("limit"), scheduler.at("iterationCount", default=0)
    if not _is_whole(limit) or not _is_whole(made):
        return None
    following = _instant(scheduler.at("next"))
    waits = made > 0 and following is not None and following > found.at
    return max(0, int(limit - made + waits))


def _action(queue: Located, job: Located, *data: str) -> dict[str, Any]:
    about = f"Job {job.text('name')} of {queue.text('queue')} is due"
    given = job.at(*data)
    if given not in (None, {}):
        about += f", with {json.dumps(given, ensure_ascii=False)[:_DATA_LENGTH]}"
    return {"kind": "log", "message": f"{about}; its action has not been written yet"[:8192]}


def _instant(milliseconds: Any) -> datetime | None:
    """The instant of a JavaScript time; None for anything else."""
    if not _is_whole(milliseconds):
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _BEYOND
