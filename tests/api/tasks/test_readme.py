"""REST returns what the README shows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.definitions import unique

pytestmark = pytest.mark.anyio

_README = (Path(__file__).parents[3] / "README.md").read_text()
#: Not the same twice.
_ITS_OWN = ("id", "name", "next_runs", "links", "created_at", "updated_at", "changed_at")


async def test_the_first_task_is_answered_as_the_readme_shows(api: httpx.AsyncClient) -> None:
    sent, answered = re.findall(r"(?:-d '|```json\n)(\{.*?\})(?:'|\n```)", _README, re.DOTALL)[:2]
    shown: dict[str, Any] = json.loads(answered)
    answer = await api.post("/tasks", json=json.loads(sent) | {"id": unique()})
    assert answer.status_code == 201
    found = answer.json()
    assert found.keys() == shown.keys()
    assert len(found["next_runs"]) == len(shown["next_runs"])
    for own in _ITS_OWN:
        del found[own], shown[own]
    assert found == shown
