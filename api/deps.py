"""What calls depend on: the use cases, the caller, and shared parameters."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from fastapi.exceptions import RequestValidationError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from onthedot.access.identity import Identity
from onthedot.scheduling.errors import BackfillNotFound, RunNotFound, TaskNotFound
from onthedot.scheduling.values import Instant
from onthedot.service.archive.listing import ArchivedRuns
from onthedot.service.ledger.skipped import SkippedRuns
from onthedot.service.runs.backfills import Backfills
from onthedot.service.runs.listing import RunList
from onthedot.service.runs.runs import Runs
from onthedot.service.tasks.lists.kept_counts import KeptCounts
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.tasks.tasks import Tasks
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.paging import MAX_LIMIT

_TASK_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_OTHER_ID = re.compile(r"[A-Za-z0-9._~-]{1,400}")


def from_app(name: str) -> Any:
    """A dependency: the app's object of this name."""

    async def found(request: Request) -> Any:
        return getattr(request.app.state, name)

    return Depends(found)


TemporalDep = Annotated[Temporal, from_app("temporal")]


def with_temporal(use_cases: Callable[[Temporal], object]) -> Any:
    """A dependency: use cases with the app's Temporal."""

    async def found(temporal: TemporalDep) -> object:
        return use_cases(temporal)

    return Depends(found)


TasksDep = Annotated[Tasks, with_temporal(Tasks)]
TaskListDep = Annotated[TaskList, with_temporal(TaskList)]
CountsDep = Annotated[KeptCounts, from_app("counts")]
RunsDep = Annotated[Runs, with_temporal(Runs)]
RunListDep = Annotated[RunList, with_temporal(RunList)]
ArchiveDep = Annotated[ArchivedRuns, from_app("archive")]
SkippedRunsDep = Annotated[SkippedRuns, with_temporal(SkippedRuns)]
BackfillsDep = Annotated[Backfills, with_temporal(Backfills)]


async def _who(request: Request) -> Identity:
    identity: Identity = request.state.identity
    return identity


#: The caller.
Who = Annotated[Identity, Depends(_who)]


async def _caller(who: Who) -> str:
    return who.name


#: The caller's name, or `local`.
Caller = Annotated[str, Depends(_caller)]


async def _task_id(
    task_id: Annotated[str, Path(description="The task's id.", examples=["nightly-report"])],
) -> str:
    if not _TASK_ID.fullmatch(task_id):
        raise TaskNotFound(task_id)
    return task_id


async def _run_id(run_id: Annotated[str, Path(description="The run's id.")]) -> str:
    if not _OTHER_ID.fullmatch(run_id):
        raise RunNotFound(run_id)
    return run_id


async def _backfill_id(
    backfill_id: Annotated[str, Path(description="The backfill's id.")],
) -> str:
    if not _OTHER_ID.fullmatch(backfill_id):
        raise BackfillNotFound(backfill_id)
    return backfill_id


#: Ids in an address. An impossible id gets the same response as an unused one.
TaskIdPath = Annotated[str, Depends(_task_id)]
RunIdPath = Annotated[str, Depends(_run_id)]
BackfillIdPath = Annotated[str, Depends(_backfill_id)]

_SPACE_FOR_PLUS = re.compile(r"(?<=\d) (?=\d\d:?\d\d$)")


def _plus_lost(value: object) -> object:
    """An unescaped `+01:00` in a query arrives as ` 01:00`."""
    return _SPACE_FOR_PLUS.sub("+", value) if isinstance(value, str) else value


#: No task is due outside this range, which neither calendars nor Temporal go beyond.
_FIRST = datetime(1970, 1, 2, tzinfo=UTC)
_LAST = datetime(2101, 1, 1, tzinfo=UTC)


def within_reach(value: datetime) -> datetime:
    """The nearest instant within the range: some callers send `9999-12-31` for "no end"."""
    return min(max(value, _FIRST), _LAST)


#: An instant in a query.
QueryInstant = Annotated[Instant, BeforeValidator(_plus_lost), AfterValidator(within_reach)]

#: A text to search for, without control characters.
QueryText = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]

#: Tags of tasks.
QueryTags = Annotated[
    list[QueryText],
    Field(max_length=20, description="A tag of the task; several times: all of them."),
]

#: The number of rows of a page, and the position in a list.
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Rows of a page.")]
Cursor = Annotated[
    Annotated[str, StringConstraints(max_length=4096)] | None,
    Field(description="`next_cursor` of the page before."),
]


class StrictQuery(BaseModel):
    """The query parameters of a call; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")


#: Where `tag` may come several times.
_SEVERAL_TAGS = {"/tasks", "/runs", "/incidents"}


async def each_parameter_once(request: Request) -> None:
    """Raises RequestValidationError if a query parameter with a single value is repeated, because
    it is unclear which one is meant."""
    names = [name for name, _ in request.query_params.multi_items()]
    several = {"tag"} if request.scope["path"] in _SEVERAL_TAGS else set()
    if repeated := {name for name in names if names.count(name) > 1} - several:
        message = "comes several times; send it once"
        raise RequestValidationError(
            [{"type": "repeated", "loc": ("query", name), "msg": message} for name in repeated]
        )
