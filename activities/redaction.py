"""Keeping secrets out of what is stored: a receiver may echo what it was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

#: Shorter values are left alone: replacing every "a" would hide nothing and spoil the output.
_SHORTEST = 4

#: The widest secret there may be, in characters.
MAX_SECRET = 8192


class Redactor:
    """Replaces every appearance of the secrets that an attempt used."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        """`secrets` maps a secret's name to its value."""
        found = {
            form: f"[secret {name}]" for name, value in secrets.items() for form in _forms(value)
        }
        self._forms = sorted(found.items(), key=lambda item: len(item[0]), reverse=True)

    def text(self, text: str) -> str:
        """`text` without any secret in it."""
        for form, replacement in self._forms:
            text = text.replace(form, replacement)
        return text

    def json(self, value: Any) -> Any:
        """A JSON value without any secret in its strings and keys."""
        if not self._forms:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.json(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self.json(item) for key, item in value.items()}
        return value


def _forms(value: str) -> set[str]:
    # "Bearer abc" is sent whole, but echoed by its second half.
    _, _, credentials = value.partition(" ")
    plain = {value, credentials.strip()}
    return {
        form
        for text in plain
        if len(text) >= _SHORTEST
        for form in (text, json.dumps(text)[1:-1], quote(text, safe=""))
    }
