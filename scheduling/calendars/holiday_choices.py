"""The choices for a calendar of holidays: countries, subdivisions, categories."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import holidays
from holidays import registry

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SMALL = {"And": "and", "Of": "of", "The": "the"}


@lru_cache(maxsize=1)
def countries() -> Mapping[str, str]:
    """ISO codes and English names, by name."""
    known = set(holidays.list_supported_countries(include_aliases=False))
    found = {
        entity[1]: _spaced(entity[0])
        for entity in registry.COUNTRIES.values()
        if entity[1] in known
    }
    return dict(sorted(found.items(), key=lambda one: one[1]))


def country_name(code: str) -> str:
    """The English name of a country; the code if there is none."""
    return countries().get(code.upper(), code.upper())


@lru_cache(maxsize=64)
def subdivisions(country: str) -> Mapping[str, str]:
    """The codes of a country's subdivisions, with their names if the library has any."""
    kind = _kind(country)
    if kind is None:
        return {}
    names: dict[str, str] = {}
    for alias, code in kind.subdivisions_aliases.items():
        names.setdefault(code, alias)
    return {
        code: f"{names[code]} ({code})" if code in names else code for code in kind.subdivisions
    }


@lru_cache(maxsize=64)
def categories(country: str) -> tuple[str, ...]:
    """The categories of holidays that a country has, the public ones first."""
    kind = _kind(country)
    found = () if kind is None else tuple(kind.supported_categories)
    return tuple(sorted(found, key=lambda name: (name != "public", name)))


def _kind(country: str) -> type[holidays.HolidayBase] | None:
    code = country.upper()
    return getattr(holidays, code, None) if code in countries() else None


def _spaced(name: str) -> str:
    words = _WORDS.sub(" ", name).split()
    return " ".join(_SMALL.get(word, word) if n else word for n, word in enumerate(words))
