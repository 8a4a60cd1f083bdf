"""Text that programs write for a terminal."""

from __future__ import annotations

import pytest

from onthedot.messages.terminal_text import Style, harmless, styled

RED = Style(colour="red")


def test_colours_are_understood() -> None:
    text = "a\x1b[31mb\x1b[1mc\x1b[0md\x1b[38;5;10me\x1b[38;2;0;0;255mf\x1b[92;44mg\x1b[22;39;49mh"
    assert [(t, s.colour, s.background, set(s.flags)) for t, s in styled(text)] == [
        ("a", "", "", set()),
        ("b", "red", "", set()),
        ("c", "red", "", {"bold"}),
        ("d", "", "", set()),
        ("e", "bright-green", "", set()),
        ("f", "bright-blue", "", set()),
        ("g", "bright-green", "blue", set()),
        ("h", "", "", set()),
    ]
    assert list(styled("x", RED)) == [("x", RED)]


@pytest.mark.parametrize(
    "text",
    [
        "a\x1b]0;title\x07b",
        "a\x1b]8;;http://evil\x1b\\b",
        "a\x1b[2Jb",
        "a\x1b[?25lb",
        "a\x1bcb",
        "a\x9b2Jb",
        "a\x00\x08b",
        "ab\x1b",
        "a\x1b[b",
        "a\x1bP1$q\x1b\\b",
    ],
)
def test_what_could_do_harm_is_left_out(text: str) -> None:
    plain = "".join(piece for piece, _ in styled(text))
    assert plain.replace("[", "") in ("ab", "a")
    assert harmless(text) == plain
    assert harmless(f"\x1b[31m{plain}\x1b[0m\r") == f"\x1b[31m{plain}\x1b[0m\r"
