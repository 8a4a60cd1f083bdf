"""Headers and variables: names with values, each plain or the name of a secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onthedot.scheduling.action import SecretRef
from onthedot.ui.components.fields.text import PairsField


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
