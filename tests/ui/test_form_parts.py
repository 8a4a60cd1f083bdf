"""The parts behind the form: ids from names, pydantic's messages, pairs, curl requests."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from onthedot.scheduling.action import SecretRef
from onthedot.scheduling.task import NewTask
from onthedot.ui.forms.fields import as_pairs, listed, problems_of
from onthedot.ui.forms.labels import slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Nightly report", "nightly-report"),
        ("  Größe & Mehr! ", "gr-e-mehr"),
        ("v1.2_final", "v1.2_final"),
        ("日本", ""),
        ("x" * 300, "x" * 128),
    ],
)
def test_an_id_is_made_from_the_name(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_problems_have_the_paths_of_the_body_and_plain_words() -> None:
    body = {
        "id": "Not good",
        "trigger": {"kind": "cron", "expression": ""},
        "action": {"kind": "http", "url": "", "headers": {"A": {"secret": "small"}}},
        "retry": {"max_attempts": 0},
        "timeout": "soon",
    }
    with pytest.raises(ValidationError) as raised:
        NewTask.model_validate(body)
    found = {problem.field: problem.message for problem in problems_of(raised.value)}
    assert found["trigger.expression"] == "Fill this in."
    assert found["action.url"] == "Fill this in."
    assert found["id"].startswith("Use lowercase letters")
    assert "retry.max_attempts" in found
    assert found["timeout"].startswith("A duration is ISO 8601")
    assert any(field.startswith("action.headers.A") for field in found)


def test_pairs_tell_secrets_apart() -> None:
    pairs = as_pairs({"A": "plain", "B": SecretRef(secret="KEY")})
    assert pairs == [
        {"name": "A", "value": "plain", "secret": False},
        {"name": "B", "value": "KEY", "secret": True},
    ]


def test_lists_leave_out_what_is_empty() -> None:
    assert listed(" a, ,b ,") == ["a", "b"]
    assert listed("2026-12-25\n\n 0 0 * * * \n", "\n") == ["2026-12-25", "0 0 * * *"]
