"""What programs write for a terminal."""

from __future__ import annotations

import pytest

from onthedot.messages.terminal_text import Style, harmless, plain, redrawn, styled

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
    assert plain(text).replace("[", "") in ("ab", "a")
    assert "\x1b" not in harmless(text)
    assert harmless(f"\x1b[31m{plain(text)}\x1b[0m").startswith("\x1b[31m")


def test_a_line_that_is_written_over() -> None:
    assert redrawn("10 %\r50 %\r100 %\nnext\r\nlast\r") == "100 %\nnext\r\nlast\r"
