"""Decodes escapes such as `%73`, `\\u0073`, `\\x73` and `&#115;`, keeping the origin of each piece.

Text is handled as its UTF-8 bytes, one character below 256 for each, so that one `%c3` is one
character.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right

_ESCAPE = re.compile(
    r"""%[0-9a-f]{2}
      | \\u d[89ab][0-9a-f]{2} \\u d[c-f][0-9a-f]{2}
      | \\u [0-9a-f]{4}
      | \\u \{ [0-9a-f]{1,6} \}
      | \\x [0-9a-f]{2}
      | \\ ["'/\\bfnrt]
      | & (?: \# \d{1,7} | \# x [0-9a-f]{1,6} | [a-z][a-z0-9]{1,31} ) ;?""",
    re.VERBOSE | re.IGNORECASE,
)
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_HIGHEST = 0x10FFFF


def as_bytes(text: str) -> str:
    """`text` in UTF-8, a character below 256 for each byte."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def from_bytes(text: str) -> str:
    """The reverse of `as_bytes`."""
    data = text.encode("latin-1")
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


class Unescaped:
    """Text with one layer of escapes removed, and the origin of each piece."""

    def __init__(self, source: str) -> None:
        """`source` is a result of `as_bytes`."""
        pieces: list[str] = []
        #: Where each piece begins, here and in the source; with the escape's length, or 0.
        self._starts: list[int] = []
        self._origins: list[tuple[int, int]] = []
        at = end = 0
        for match in _ESCAPE.finditer(source):
            meaning = _meaning(match[0])
            if meaning == match[0]:
                continue
            if match.start() > end:
                at = self._add(pieces, source[end : match.start()], at, (end, 0))
            at = self._add(pieces, meaning, at, (match.start(), len(match[0])))
            end = match.end()
        self._add(pieces, source[end:], at, (end, 0))
        self.text = "".join(pieces)
        self.changed = len(pieces) > 1

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span in the source of `text[start:end]`, which is not empty."""
        return self._origin(start)[0], self._origin(end - 1)[1]

    def _origin(self, at: int) -> tuple[int, int]:
        piece = bisect_right(self._starts, at) - 1
        begin, width = self._origins[piece]
        if width:
            return begin, begin + width
        begin += at - self._starts[piece]
        return begin, begin + 1

    def _add(self, pieces: list[str], piece: str, at: int, origin: tuple[int, int]) -> int:
        pieces.append(piece)
        self._starts.append(at)
        self._origins.append(origin)
        return at + len(piece)


def _meaning(escape: str) -> str:
    """What an escape stands for, in bytes; unchanged if it is not an escape."""
    if escape[0] == "%":
        return chr(int(escape[1:], 16))
    if escape[0] == "&":
        return as_bytes(html.unescape(escape))
    letter, digits = escape[1], escape[2:].strip("{}")
    if letter in "xX" and digits:
        return chr(int(digits, 16))
    if letter in "uU" and digits:
        if len(digits) == 10:  # a pair of surrogates, with the second \u between
            high, low = int(digits[:4], 16), int(digits[6:], 16)
            return as_bytes(chr(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF)))
        number = int(digits, 16)
        return as_bytes(chr(number)) if number <= _HIGHEST else escape
    return _LETTERS.get(letter, letter)
