"""Fields of a form, by their path in a definition; names with values, plain or secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from onthedot.scheduling.action import SecretRef
from onthedot.scheduling.errors import FieldProblem
from onthedot.ui.components.fields.choices import ChecksField, ChoiceField, Segments
from onthedot.ui.components.fields.text import PairsField, TextField
from onthedot.ui.forms.wording import in_words

#: Tags of unions, which occur in the paths of errors but not in definitions.
_TAGS = {"once", "cron", "interval", "http", "command", "activity", "workflow", "log"}

_PAIR = {"name": str, "value": str, "secret": bool}

#: In the order of restoring: each may determine whether the next exists.
_SWITCHES = ("action", "action.body is", "trigger", "trigger.how", "content", "content.how")

_PATTERNS = {
    "id": "Use lowercase letters, digits, dots, dashes and underscores; start with a letter or "
    "digit.",
    "secret": "Use capital letters, digits and underscores for the name of a secret.",
}

#: Moves the reader to the first invalid field, even if it is folded.
TO_FIRST_ERROR = (
    "setTimeout(() => { const field = document.querySelector('.field.bad'); "
    "field?.closest('details')?.setAttribute('open', ''); "
    "field?.querySelector('input, textarea, select')?.focus(); }, 60)"
)


class Fields:
    """The fields on the form, and the callback for their changes."""

    def __init__(self, changed: Callable[[str], None], zone: str = "UTC") -> None:
        self._changed = changed
        self._zone = zone
        self._switches: dict[str, Segments] = {}
        self._plain: dict[str, TextField | ChoiceField | ChecksField] = {}
        self._pairs: dict[str, PairsField] = {}

    def add(self, field: TextField | ChoiceField | ChecksField | PairsField | Segments) -> None:
        """Add a field, and listen to its changes; or a choice of which fields exist."""
        if isinstance(field, Segments):
            self._switches[field.at] = field
            return
        if isinstance(field, PairsField):
            self._pairs[field.at] = field
        else:
            self._plain[field.at] = field
        field.on_value_change(lambda _: self._changed(field.at))

    def restore(self, typed: Mapping[str, Any]) -> bool:
        """Fill in the kept input. Returns whether that changed anything."""
        before = self._values()
        for at in _SWITCHES:
            switch = self._switches.get(at)
            if switch is not None and typed.get(at) in switch.values:
                switch.set_value(typed[at])
        done: set[str] = set()
        # One may recreate others, which then come after it.
        while left := [at for at in self._plain if at not in done]:
            done.add(left[0])
            if isinstance(typed.get(left[0]), str):
                self._plain[left[0]].set_value(typed[left[0]])
        for at, group in self._pairs.items():
            pairs = typed.get(at)
            if isinstance(pairs, list) and all(map(_is_pair, pairs)):
                group.set_value(pairs)
        return self._values() != before

    def _values(self) -> dict[str, Any]:
        return {at: field.value for at, field in (*self._plain.items(), *self._pairs.items())}

    def forget(self, prefix: str) -> None:
        """Forget the fields of a part that was removed."""
        self._plain = {at: f for at, f in self._plain.items() if not at.startswith(prefix)}
        self._pairs = {at: f for at, f in self._pairs.items() if not at.startswith(prefix)}

    def say(self, problems: Sequence[FieldProblem]) -> list[FieldProblem]:
        """Show each problem at its field; returns those without a field."""
        left: list[FieldProblem] = []
        plain: dict[str, str] = {}
        pairs: dict[str, dict[str, str]] = {at: {} for at in self._pairs}
        for problem in (in_words(each, self._zone) for each in problems):
            owner = self._owner(problem.field)
            group = next((at for at in pairs if problem.field.startswith(f"{at}.")), None)
            if group is not None:
                pairs[group][problem.field.removeprefix(f"{group}.")] = problem.message
            elif owner is not None:
                plain.setdefault(owner, problem.message)
            else:
                left.append(problem)
        for at, field in self._plain.items():
            field.say(plain.get(at, ""))
        for at, group_field in self._pairs.items():
            group_field.say_each(pairs[at])
        return left

    def _owner(self, path: str) -> str | None:
        while path:
            if path in self._plain:
                return path
            path = path.rpartition(".")[0]
        return None


def _is_pair(given: object) -> bool:
    return isinstance(given, dict) and all(
        isinstance(given.get(name), kind) for name, kind in _PAIR.items()
    )


def problems_of(error: ValidationError) -> list[FieldProblem]:
    """Pydantic's errors in the form's words."""
    found = []
    for item in error.errors(include_url=False):
        path = [str(part) for part in item["loc"]]
        kept = [part for i, part in enumerate(path) if not (i == 1 and part in _TAGS)]
        found.append(FieldProblem(".".join(kept), _said(item)))
    return found


def _said(item: Mapping[str, Any]) -> str:
    if item["type"] in ("missing", "string_too_short", "too_short"):
        return "Fill this in."
    if item["type"] == "string_pattern_mismatch":
        return _PATTERNS.get(str(item["loc"][-1]), "This contains a character that is not allowed.")
    message = str(item["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return message[:1].upper() + message[1:] + ("" if message.endswith(".") else ".")


def json_text(value: Any) -> str:
    """JSON for editing."""
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)


def json_value(field: TextField, *, empty: Any = None) -> Any:
    """A field's text as JSON.

    Raises: FieldError: it is not JSON; the message says where.
    """
    text = field.value.strip()
    if not text:
        return empty
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        words = f"Not JSON: {error.msg.lower()} in line {error.lineno}, column {error.colno}."
        raise FieldError(field.at, words) from None


class FieldError(ValueError):
    """The text in a field is invalid."""

    def __init__(self, at: str, message: str) -> None:
        self.problem = FieldProblem(at, message)
        super().__init__(message)


def listed(text: str, separator: str = ",") -> list[str]:
    """`a, b` as a list, without empty entries."""
    return [part.strip() for part in text.split(separator) if part.strip()]


def as_pairs(given: Mapping[str, str | SecretRef]) -> list[dict[str, Any]]:
    """The form that the field shows."""
    return [
        {"name": name, "value": value.secret, "secret": True}
        if isinstance(value, SecretRef)
        else {"name": name, "value": value, "secret": False}
        for name, value in given.items()
    ]


def pairs_value(field: PairsField) -> dict[str, Any]:
    """The form that a definition takes, without empty lines."""
    return {
        pair["name"].strip(): {"secret": pair["value"].strip()} if pair["secret"] else pair["value"]
        for pair in field.value
        if pair["name"].strip() or pair["value"].strip()
    }
