"""`/task.schema.json`: the schema that editors check task files against."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter
from pydantic.json_schema import models_json_schema

from onthedot.api.documented import refusals
from onthedot.scheduling.task import NewTask

router = APIRouter(tags=["tasks"])

_TASK = {"$ref": "#/$defs/NewTask"}
_TASKS = {"type": "array", "items": _TASK}


@router.get("/task.schema.json", summary="JSON Schema of task files", responses=refusals())
async def task_schema() -> dict[str, Any]:
    """For editors: `# yaml-language-server: $schema=…/task.schema.json` at the top of a file that
    `onthedot apply` reads."""
    return task_file_schema()


@cache
def task_file_schema() -> dict[str, Any]:
    """One task, a list of them, or a list below `tasks`, where x-… is for what anchors name."""
    _, schema = models_json_schema([(NewTask, "validation")], ref_template="#/$defs/{model}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "On the Dot: tasks in a file",
        "anyOf": [
            _TASK,
            _TASKS,
            {
                "type": "object",
                "properties": {"tasks": _TASKS},
                "patternProperties": {"^x-": {}},
                "additionalProperties": False,
                "required": ["tasks"],
            },
        ],
        "$defs": schema["$defs"],
    }
