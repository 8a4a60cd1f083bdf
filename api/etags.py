"""`ETag` and `If-Match`: a revision in quotes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated

from fastapi import Depends, Header
from fastapi.exceptions import RequestValidationError

from onthedot.api.deps import TaskIdPath, TasksDep
from onthedot.scheduling.errors import RevisionMismatch

_ONE = r'(W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_ANY_OR_LIST = rf"^(\*|{_ONE}([ \t]*,[ \t]*{_ONE})*)$"
_TAG = re.compile(r'(W/)?"([^"]*)"')


def etag(revision: int | str) -> str:
    """The ETag of a revision."""
    return f'"{revision}"'


IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="Only if it still has this ETag; `*` for any. Makes a change safe to repeat.",
        examples=['"3"'],
        json_schema_extra={"pattern": _ANY_OR_LIST},
    ),
]


def _named_revisions(if_match: str | None) -> set[int | None] | None:
    """The revisions that `If-Match` names; None for any.

    A tag that names no revision is a None among them. Weak tags never match (RFC 9110). One of
    several tags must match.

    Raises RequestValidationError if the header is malformed.
    """
    named = named_tags(if_match)
    return None if named is None else {_revision(tag) for tag in named}


def named_tags(if_match: str | None) -> set[str] | None:
    """The tags that `If-Match` names, without their quotes; None for any. Raises as above."""
    if if_match is None or if_match == "*":
        return None
    if not re.fullmatch(_ANY_OR_LIST, if_match):
        message = 'must be an ETag in quotes, as in "3", or *'
        raise RequestValidationError([{"type": "etag", "loc": ("If-Match",), "msg": message}])
    return {tag for weak, tag in _TAG.findall(if_match) if not weak}


async def expected_revision(
    if_match: str | None, read: Callable[[], Awaitable[int]], mismatch: Callable[[int], Exception]
) -> int | None:
    """The revision that a change is meant for, or None for any.

    `read` gives the current one, which matters only where the header names several or none of our
    own; raises `mismatch` of it if the header does not name it.
    """
    named = _named_revisions(if_match)
    if named is None:
        return None
    if len(named) == 1 and (only := next(iter(named))) is not None:
        return only
    current = await read()
    if current not in named:
        raise mismatch(current)
    return current


async def _expected(task_id: TaskIdPath, tasks: TasksDep, if_match: IfMatch = None) -> int | None:
    async def current() -> int:
        return (await tasks.get(task_id)).revision

    return await expected_revision(if_match, current, partial(RevisionMismatch, task_id))


def _revision(tag: str) -> int | None:
    return int(tag) if re.fullmatch(r"[1-9][0-9]{0,8}", tag, re.ASCII) else None


#: What `If-Match` asks for.
ExpectedRevision = Annotated[int | None, Depends(_expected)]
