"""Finds base64 and hexadecimal forms of a text, even as part of longer encoded text."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from functools import lru_cache

Span = tuple[int, int]

_BASE64 = "A-Za-z0-9+/_-"
_OF_BASE64 = re.compile(f"[{_BASE64}]")
#: Lines of base64, as in mail. Linear: it begins only where a run does, and never goes back.
_LINES = re.compile(rf"(?<![{_BASE64}])[{_BASE64}]{{16,}}+(?:\r?\n[ \t]*[{_BASE64}]+)+")
_TWIN = str.maketrans("-_", "+/")
#: Bytes with separators, as in `68:65:78`.
_PAIRS = re.compile(r"[0-9a-fA-F]{2}(?:(?:[ :,-]|\r?\n)[0-9a-fA-F]{2}){3,}")
#: A shorter piece of base64 would match by chance.
_SHORTEST = 4


def base64_spans(text: str, needle: str) -> Iterator[Span]:
    """Where `text` contains the bytes `needle` in base64, with any bytes around them.

    Both alphabets, with and without padding. A span includes characters shared with neighbouring
    bytes, and all lines of text in lines.
    """
    plain = text.translate(_TWIN)
    for before, core, after in _cores(needle):
        at = plain.find(core)
        while at >= 0:
            start, end = at, at + len(core)
            if before and start and _OF_BASE64.match(text, start - 1):
                start -= 1
            if after and _OF_BASE64.match(text, end):
                end += 1
            while text.startswith("=", end):
                end += 1
            yield start, end
            at = plain.find(core, at + len(core))
    if "\n" in text:
        for lines in _LINES.finditer(text):
            joined = re.sub(r"\s", "", lines[0]).translate(_TWIN)
            if any(core in joined for _, core, _ in _cores(needle)):
                yield lines.span()


def hexadecimal_spans(text: str, needle: str) -> Iterator[Span]:
    """Where `text` contains the bytes `needle` in hexadecimal, in either case, also `68:65:78`.

    With separators, a span covers the whole sequence of pairs.
    """
    wanted = needle.encode("latin-1").hex()
    lower = text.lower()
    at = lower.find(wanted)
    while at >= 0:
        yield at, at + len(wanted)
        at = lower.find(wanted, at + len(wanted))
    for pairs in _PAIRS.finditer(text):
        if wanted in re.sub(r"[^0-9a-f]", "", pairs[0].lower()):
            yield pairs.span()


def first_halves(text: str, needle: str) -> Iterator[tuple[str, str]]:
    """The encoded forms of the bytes `needle`, each with `text` in the same alphabet."""
    plain = text.translate(_TWIN)
    for _, core, _ in _cores(needle):
        yield core, plain
    yield needle.encode("latin-1").hex(), text.lower()


@lru_cache(maxsize=256)
def _cores(needle: str) -> tuple[tuple[bool, str, bool], ...]:
    """The base64 that depends on `needle` alone, for each number of preceding bytes modulo 3.

    The flags say whether the characters before and after it also hold some of its bits.
    """
    found = []
    for before in range(3):
        data = b"\0" * before + needle.encode("latin-1")
        first, last = -(-before * 8 // 6), len(data) * 8 // 6
        core = b64encode(data).decode()[first:last]
        if len(core) >= _SHORTEST:
            found.append((before > 0, core, len(data) % 3 > 0))
    return tuple(found)
