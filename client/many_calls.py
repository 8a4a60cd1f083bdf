"""The calls on many tasks at once, and those that look over all of them. Results are plain JSON
where the server's models are not shared yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from onthedot.client.building import QueryValue, call, given
from onthedot.client.call import Call
from onthedot.messages.health import Workers
from onthedot.messages.many import ManyResults, TagList
from onthedot.scheduling.incidents.incident import Incidents


class _Many(Protocol):
    """What can be asked of many tasks: ids or a filter, and whether only to say what it means."""

    def __call__(
        self,
        *,
        ids: Sequence[str] | None = None,
        tag: str | Sequence[str] | None = None,
        q: str | None = None,
        status: str | None = None,
        health: str | None = None,
        note: str | None = None,
        until: datetime | None = None,
        dry_run: bool | None = None,
    ) -> Call[ManyResults]: ...


def _on_many(verb: str, what: str, *, repeatable: bool) -> _Many:
    def describe(**asked: Any) -> Call[ManyResults]:
        template = f"/tasks:{verb}"
        return call("POST", template, ManyResults, body=given(**asked), repeatable=repeatable)

    describe.__name__ = f"{verb}_tasks"
    describe.__doc__ = f"{what} the tasks with these ids, or that fit a filter; says so for each."
    return describe


pause_tasks = _on_many("pause", "Pauses", repeatable=True)
resume_tasks = _on_many("resume", "Resumes", repeatable=True)
delete_tasks = _on_many("delete", "Deletes", repeatable=True)
restore_tasks = _on_many("restore", "Puts back", repeatable=True)
run_tasks = _on_many("run", "Runs", repeatable=False)


def list_tags() -> Call[TagList]:
    """The tags, with how many tasks each has."""
    return call("GET", "/tags", TagList)


def list_incidents(
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    tag: str | Sequence[str] | None = None,
) -> Call[Incidents]:
    """What went wrong: failures grouped by cause, what did not run, what began late."""
    query: dict[str, QueryValue] = {"since": since, "until": until, "tag": tag}
    return call("GET", "/incidents", Incidents, query=query)


def list_workers() -> Call[Workers]:
    """The workers: how many actions each holds of how many places, and how many wait."""
    return call("GET", "/workers", Workers)
