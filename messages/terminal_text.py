"""Text that programs write for a terminal: colours are kept, everything harmful is removed.

Of escape sequences, only select-graphic-rendition ones (`ESC [ … m`) are interpreted. Others move
the cursor, set titles or talk to the terminal, and are removed, like control characters. A carriage
return stays: it restarts its line, as progress bars need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_ESCAPE = re.compile(
    r"""\x1b \[ (?P<sgr>[\d;:]*) m            # colours
      | (?: \x1b \[ | \x9b ) [0-?]* [ -/]* [@-~]?  # any other CSI
      | (?: \x1b [\]PX^_] | [\x90\x98\x9d-\x9f] ) [^\x07\x1b\x9c]* (?: \x07 | \x1b\\ | \x9c )?
      | \x1b [ -/]* [0-~]?
      | [\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]  # control characters
      """,
    re.VERBOSE,
)

_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_FLAGS = {1: "bold", 2: "faint", 3: "italic", 4: "underline", 7: "inverse"}
_OFF = {22: ("bold", "faint"), 23: ("italic",), 24: ("underline",), 27: ("inverse",)}


@dataclass(frozen=True)
class Style:
    """How a text looks: names of colours (`red`, `bright-red`) and of flags (`bold`)."""

    colour: str = ""
    background: str = ""
    flags: frozenset[str] = frozenset()

    def after(self, codes: str) -> Style:
        """The style after one sequence."""
        style, numbers = self, [int(n) if n else 0 for n in re.split("[;:]", codes)]
        while numbers:
            code = numbers.pop(0)
            if code in (38, 48):
                # One of 256, or of all: as near as the sixteen come, which fit light and dark.
                style = style._extended(code == 38, numbers)
            else:
                style = style._simple(code)
        return style

    def _simple(self, code: int) -> Style:
        tens, name = code // 10, code % 10
        if code == 0:
            return Style()
        if code in _FLAGS:
            return replace(self, flags=self.flags | {_FLAGS[code]})
        if code in _OFF:
            return replace(self, flags=self.flags - set(_OFF[code]))
        if tens in (3, 9) and name < 8:
            return replace(self, colour=_name(name, bright=tens == 9))
        if (tens in (4, 10)) and name < 8:
            return replace(self, background=_name(name, bright=tens == 10))
        if code == 39:
            return replace(self, colour="")
        return replace(self, background="") if code == 49 else self

    def _extended(self, is_colour: bool, numbers: list[int]) -> Style:
        kind = numbers.pop(0) if numbers else 0
        if kind == 5 and numbers:
            name = _of_256(numbers.pop(0))
        elif kind == 2 and len(numbers) >= 3:
            name = _nearest(*(numbers.pop(0) for _ in range(3)))
        else:
            return self
        return replace(self, colour=name) if is_colour else replace(self, background=name)


def styled(text: str, style: Style = Style()) -> Iterator[tuple[str, Style]]:
    """The text in pieces of one style; `style` is that of its beginning.

    The last piece may be empty: its style is that of the end.
    """
    at = 0
    for found in _ESCAPE.finditer(text):
        if found.start() > at:
            yield text[at : found.start()], style
        at = found.end()
        if found["sgr"] is not None:
            style = style.after(found["sgr"])
    yield text[at:], style


def harmless(text: str) -> str:
    """The text with its colours. Of what else a terminal would act on, only `\\r` stays."""
    return _ESCAPE.sub(lambda found: found[0] if found["sgr"] is not None else "", text)


def _name(number: int, *, bright: bool) -> str:
    return f"bright-{_NAMES[number]}" if bright else _NAMES[number]


def _of_256(number: int) -> str:
    if number < 16:
        return _name(number % 8, bright=number >= 8)
    if number >= 232:
        grey = 8 + 10 * (min(number, 255) - 232)
        return _nearest(grey, grey, grey)
    number -= 16
    return _nearest(*(51 * (number // step % 6) for step in (36, 6, 1)))


def _nearest(red: int, green: int, blue: int) -> str:
    highest = max(red, green, blue)
    bits = [int(2 * part > highest) if highest > 64 else 0 for part in (red, green, blue)]
    return _name(bits[0] + 2 * bits[1] + 4 * bits[2], bright=highest > 192)
