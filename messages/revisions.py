"""What the calls on a task's history answer."""

from __future__ import annotations

from pydantic import BaseModel, Field

from onthedot.scheduling.revision import Revision


class RevisionPage(BaseModel):
    """Some revisions of a task, newest first, and where the list goes on."""

    items: list[Revision]
    next_cursor: str | None = Field(
        default=None, description="For the next page; null on the last one."
    )
