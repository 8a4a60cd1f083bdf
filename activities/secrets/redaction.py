"""Keeping secrets out of what is stored: a receiver may echo what it was sent, in any form.

A secret is recognised whatever escapes each of its characters is written in, several layers deep,
and in base64 and hexadecimal.
"""

from __future__ import annotations

import re
import sys
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from onthedot.activities.secrets.encoded_forms import base64_spans, first_halves, hexadecimal_spans
from onthedot.activities.secrets.escapes import Unescaped, as_bytes, from_bytes

#: Shorter values are left alone: replacing every "a" would hide nothing and spoil the output.
_SHORTEST = 4

#: The widest secret there may be, in characters.
MAX_SECRET = 8192

#: As many layers of escapes are looked behind.
_LAYERS = 4

#: What a cut may have left of an escape.
_HALF_ESCAPE = re.compile(
    r"(?: %[0-9a-f]? | \\ (?: u[0-9a-f]{0,3} | x[0-9a-f]? )? | &[#0-9a-z]{0,32} )\Z", re.X | re.I
)

Span = tuple[int, int]


class Redactor:
    """Replaces every appearance of the secrets that an attempt used."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        """`secrets` maps a secret's name to its value."""
        self._needles = {name: sorted(_needles(value)) for name, value in secrets.items()}
        lengths = [len(needle) for needles in self._needles.values() for needle in needles]
        #: In bytes; more than any text has where there is nothing to look for.
        self._shortest = min(lengths, default=sys.maxsize)
        self.longest = max(lengths, default=0)
        """The longest of what is searched for, in bytes; 0 if there is nothing."""

    def text(self, text: str, *, cut: bool = False) -> str:
        """`text` without any secret in it; where it was `cut`, nor with the beginning of one."""
        if self._shortest == sys.maxsize:
            return text
        source = as_bytes(text)
        found = self.spans(source, cut=cut)
        pieces, at = [], 0
        for start, end, name in found:
            if start >= at:
                pieces += [source[at:start], f"[secret {name}]"]
            at = max(at, end)
        return from_bytes("".join([*pieces, source[at:]])) if found else text

    def spans(
        self, source: str, *, cut: bool, least: int = _SHORTEST
    ) -> list[tuple[int, int, str]]:
        """Where `source`, of bytes as of `as_bytes`, holds a secret, and its name; in order.

        Where it was `cut`, its end may hold the beginning of one, of `least` characters or more.
        """
        if len(source) < self._shortest and not cut:
            return []  # every form is at least as long
        until = self.half_escape(source) if cut else len(source)
        found = sorted(
            (start, -len(source) if end == until else -end, name)
            for name, needles in self._needles.items()
            for start, end in _spans(source[:until], needles, cut=least if cut else 0)
        )
        return [(start, -minus_end, name) for start, minus_end, name in found]

    def half_escape(self, source: str) -> int:
        """Where an escape begins that the end of `source` divides, if one may; else its length."""
        half = _HALF_ESCAPE.search(source)
        return half.start() if half else len(source)

    def may_begin(self, source: str) -> bool:
        """Whether `source`, of bytes, ends with the beginning of a secret in base64 or hexadecimal.

        For what is left of lines or pairs when all that is between them was taken out.
        """
        return any(
            shown.endswith(form[:length])
            for needles in self._needles.values()
            for needle in needles
            for form, shown in first_halves(source, needle)
            for length in range(_SHORTEST, min(len(form), len(shown)) + 1)
        )

    def json(self, value: Any) -> Any:
        """A JSON value without any secret in its strings and keys."""
        if self._shortest == sys.maxsize:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.json(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self.json(item) for key, item in value.items()}
        return value


def _spans(source: str, needles: list[str], *, cut: int) -> Iterator[Span]:
    """Where `source` holds any of the needles; may overlap."""
    layers: list[Unescaped] = []
    text = source
    for _ in range(_LAYERS + 1):
        for found in _in_plain_sight(text, needles, cut=cut):
            for layer in reversed(layers):
                found = layer.origin(*found)
            yield found
        layer = Unescaped(text)
        if not layer.changed:
            return
        layers.append(layer)
        text = layer.text


def _in_plain_sight(text: str, needles: list[str], *, cut: int) -> Iterator[Span]:
    for needle in needles:
        yield from _all(text, needle)
        yield from base64_spans(text, needle)
        yield from hexadecimal_spans(text, needle)
        if cut:
            for form, shown in ((needle, text), *first_halves(text, needle)):
                for length in range(min(len(form), len(shown)), cut - 1, -1):
                    if shown.endswith(form[:length]):
                        yield len(text) - length, len(text)
                        break


def _all(text: str, needle: str) -> Iterator[Span]:
    at = text.find(needle)
    while at >= 0:
        yield at, at + len(needle)
        at = text.find(needle, at + len(needle))


def _needles(value: str) -> set[str]:
    """What gives the secret away, in bytes: the value, its credentials, each without escapes."""
    # "Bearer abc" is sent whole, but echoed by its second half.
    scheme, _, credentials = value.partition(" ")
    plain = {value, credentials.strip()}
    if scheme.lower() == "basic":
        plain |= _of_basic(credentials)
    needles = {as_bytes(text) for text in plain if len(text) >= _SHORTEST}
    # One that looks like an escape itself is searched for as what its layers become.
    for needle in list(needles):
        text = needle
        for _ in range(_LAYERS):
            text = Unescaped(text).text
            if len(text) >= _SHORTEST:
                needles.add(text)
    return needles | {needle.replace(" ", "+") for needle in needles}


def _of_basic(credentials: str) -> set[str]:
    """User and password, and the password alone."""
    try:
        both = b64decode(re.sub(r"\s", "", credentials) + "==").decode()
    except ValueError:
        return set()
    return {both, both.partition(":")[2]}
