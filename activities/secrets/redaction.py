"""Keeps secrets out of what is stored: a receiver may echo what it was sent, in any form.

A secret is recognised in escapes, several layers deep, and in base64 and hexadecimal.
"""

from __future__ import annotations

import re
import sys
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from onthedot.activities.secrets.encoded_forms import base64_spans, first_halves, hexadecimal_spans
from onthedot.activities.secrets.escapes import Unescaped, as_bytes, from_bytes

#: Shorter values are not redacted: replacing every "a" would hide nothing and spoil the output.
_SHORTEST = 4

#: The longest permitted secret, in characters.
MAX_SECRET = 8192

#: How many layers of escapes are decoded.
_LAYERS = 4

#: An escape that may have been cut off.
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
        #: In bytes; longer than any text if there is nothing to search for.
        self._shortest = min(lengths, default=sys.maxsize)
        self.longest = max(lengths, default=0)
        """The length of the longest search term in bytes; 0 if there is none."""

    def text(self, text: str, *, cut: bool = False) -> str:
        """`text` without secrets and, if it was `cut`, without the beginning of one at its end."""
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
        """The positions and names of secrets in `source`, a result of `as_bytes`, in order.

        If it was `cut`, they include the beginning of a secret at the end, of at least `least`
        characters.
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
        """Where an escape begins that the end of `source` may divide; else the length."""
        half = _HALF_ESCAPE.search(source)
        return half.start() if half else len(source)

    def may_begin(self, source: str) -> bool:
        """Whether `source`, in bytes, ends with the beginning of a secret in base64 or hexadecimal.

        `source` is lines or pairs without their separators.
        """
        return any(
            shown.endswith(form[:length])
            for needles in self._needles.values()
            for needle in needles
            for form, shown in first_halves(source, needle)
            for length in range(_SHORTEST, min(len(form), len(shown)) + 1)
        )

    def json(self, value: Any) -> Any:
        """A JSON value without secrets in its strings and keys."""
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
    """Where `source` contains any of the needles; may overlap."""
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
    """The search terms of a secret, in bytes: the value, its credentials, each without escapes."""
    # "Bearer abc" is sent whole, but a receiver may echo only the second half.
    scheme, _, credentials = value.partition(" ")
    plain = {value, credentials.strip()}
    if scheme.lower() == "basic":
        plain |= _of_basic(credentials)
    needles = {as_bytes(text) for text in plain if len(text) >= _SHORTEST}
    # The text is searched without its escapes, so a secret with escapes needs the same.
    for needle in list(needles):
        text = needle
        for _ in range(_LAYERS):
            text = Unescaped(text).text
            if len(text) >= _SHORTEST:
                needles.add(text)
    return needles | {needle.replace(" ", "+") for needle in needles}


def _of_basic(credentials: str) -> set[str]:
    """`user:password`, and the password alone."""
    try:
        both = b64decode(re.sub(r"\s", "", credentials) + "==").decode()
    except ValueError:
        return set()
    return {both, both.partition(":")[2]}
