"""The required form of every error."""

from __future__ import annotations

from typing import Any

import httpx


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer, which must be one of this kind."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["type"] == f"/errors/{code}"
    assert found["status"] == status
    assert found["title"]
    assert found["detail"]
    assert "Traceback" not in answer.text
    return found


def fields(answer: httpx.Response, code: str = "invalid-request") -> dict[str, str]:
    """The refused fields of a 422, with what is said of each."""
    return {error["field"]: error["message"] for error in problem(answer, 422, code)["errors"]}
