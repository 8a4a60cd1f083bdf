"""`/task.schema.json`: the schema that editors check task files against."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter

from onthedot.api.documented import refusals
from onthedot.messages.task_file import task_file_schema

router = APIRouter(tags=["tasks"])


@router.get("/task.schema.json", summary="JSON Schema of task files", responses=refusals())
async def task_schema() -> dict[str, Any]:
    """For editors: `# yaml-language-server: $schema=…/task.schema.json` at the top of a file that
    `onthedot apply` reads."""
    return _schema()


@cache
def _schema() -> dict[str, Any]:
    return task_file_schema()
