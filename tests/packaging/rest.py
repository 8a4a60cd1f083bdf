"""REST of a running `onthedot`, called as any program would."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from tests.command_line import get
from tests.waiting import wait_until


def call(port: int, method: str, path: str, body: object = None) -> Any:
    """The JSON response to a call; None where it has no body. A status of 400 or more raises."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        text = response.read()
    return json.loads(text) if text else None


def post(port: int, path: str, body: object) -> Any:
    """The JSON response to a POST."""
    return call(port, "POST", path, body)


def wait_for_end(port: int, task_id: str) -> str:
    """The status of a one-time task once it is over."""
    seen = ""

    def over() -> bool:
        nonlocal seen
        seen = json.loads(get(port, f"/tasks/{task_id}")[1])["status"]
        return seen not in ("scheduled", "running")

    wait_until(over, f"{task_id} is over")
    return seen
