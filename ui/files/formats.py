"""A task as text: a file for `apply`, a call of REST, a shell command."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import Any

from nicegui import ui

from onthedot.applying.concise import concise
from onthedot.applying.yaml_output import to_yaml
from onthedot.scheduling.task import Task


def rest_url(path: str = "") -> str:
    """The address of REST for the reader of the page, including proxies."""
    request = ui.context.client.request
    prefix = request.headers.get("x-forwarded-prefix", "")
    return f"{request.url.scheme}://{request.url.netloc}{prefix}{path}"


def as_json(value: Any) -> str:
    """Plain values as readable JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def as_curl(method: str, url: str, body: Any, *, signed: bool) -> str:
    """A call of REST for a shell; `signed` if it needs a token."""
    lines = [f"curl -X {method} {shlex.quote(url)}"]
    if signed:
        lines.append('-H "Authorization: Bearer $ONTHEDOT_TOKEN"')
    lines += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(as_json(body))}"]
    return " \\\n  ".join(lines)


def task_curl(task: Task, *, signed: bool) -> str:
    """A call that registers the task, or restores this definition."""
    body = {name: value for name, value in concise(task, task.id).items() if name != "id"}
    return as_curl("PUT", rest_url(f"/tasks/{task.id}?create=true"), body, signed=signed)


def task_command(task: Task) -> str:
    """The same as a shell command."""
    text = to_yaml(concise(task, task.id))
    end = "END"
    while end in text.splitlines():
        end += "_"
    url = shlex.quote(rest_url())
    return f"ONTHEDOT_URL={url} onthedot apply --yes -f - <<'{end}'\n{text}{end}"


def tasks_yaml(tasks: Sequence[Task]) -> str:
    """A file with one document per task, as from `onthedot export`."""
    schema = f"# yaml-language-server: $schema={rest_url('/task.schema.json')}\n"
    return schema + "---\n".join(to_yaml(concise(task, task.id)) for task in tasks)


def tasks_json(tasks: Sequence[Task]) -> str:
    """The same as a list."""
    return as_json([concise(task, task.id) for task in tasks])
