"""Calls REST of a running `onthedot`, as any program would."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from tests.waiting import PATIENCE, wait_until


def call(port: int, method: str, path: str, body: object = None) -> Any:
    """The JSON response to a call; None if it has no body. Raises for a status of 400 or more, but
    repeats what a busy machine answers with 503."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )

    def answered() -> tuple[bytes] | None:
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return (response.read(),)
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
            return None

    (text,) = wait_until(answered, f"{method} {path} is answered")
    return json.loads(text) if text else None


def post(port: int, path: str, body: object) -> Any:
    """The JSON response to a POST."""
    return call(port, "POST", path, body)


def wait_for_end(port: int, task_id: str) -> str:
    """The status of a one-time task once it has ended."""
    seen = ""

    def over() -> bool:
        nonlocal seen
        seen = call(port, "GET", f"/tasks/{task_id}")["status"]
        return seen not in ("scheduled", "running")

    wait_until(over, f"{task_id} is over")
    return seen
