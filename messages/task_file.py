"""The JSON Schema of files that hold tasks, for editors."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from onthedot.scheduling.task import NewTask

_TASK = {"$ref": "#/$defs/NewTask"}
_TASKS = {"type": "array", "items": _TASK}


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
