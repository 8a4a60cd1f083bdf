"""The output of a run, with colours, search and download."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from onthedot.messages.terminal_text import Style, styled
from onthedot.scheduling.stored.written import Stream, WrittenPiece
from onthedot.scheduling.values import format_instant


class Output(Element, component="otd_output.js"):
    """A growing text. `follow` is called with the byte to start from once the browser shows the
    element, and again if something was lost on the way."""

    def __init__(
        self, label: str, file: str, follow: Callable[[int], Coroutine[Any, Any, None]]
    ) -> None:
        super().__init__()
        self.props["label"] = label
        self.props["file"] = file
        self.props["live"] = True
        self._follow = follow
        self._following: asyncio.Task[None] | None = None
        self._styles: dict[Stream, Style] = {}
        self.on("ready", lambda: self._start(0))
        self.on("lost", self._lost)

    def append(self, pieces: Sequence[WrittenPiece], *, since: int) -> None:
        """Append to it; `since` is the offset where that begins, including what was left out."""
        drawn = [self._drawn(piece) for piece in pieces]
        self.run_method("append", since, drawn)

    def end(self) -> None:
        """Mark the end."""
        self.props["live"] = False

    def _drawn(self, piece: WrittenPiece) -> dict[str, Any]:
        parts = list(styled(piece.text, self._styles.get(piece.stream, Style())))
        self._styles[piece.stream] = parts[-1][1]
        segments = [[text, _classes(style)] for text, style in parts if text]
        return {
            "offset": piece.offset,
            "end": piece.end,
            "attempt": piece.attempt,
            "stream": piece.stream.value,
            "segments": segments,
        }

    def _lost(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, int) and event.args >= 0:
            self._start(event.args)

    def _start(self, after: int) -> None:
        self._stop()
        self._following = asyncio.create_task(self._follow(after), name="shown output")

    def _stop(self) -> None:
        if self._following is not None:
            self._following.cancel()
            self._following = None

    def _handle_delete(self) -> None:
        self._stop()
        super()._handle_delete()


class Elapsed(Element, component="otd_elapsed.js"):
    """The time elapsed since an instant, updated every second."""

    def __init__(self, since: datetime) -> None:
        super().__init__()
        self.props["since"] = format_instant(since)


def _classes(style: Style) -> str:
    """Classes come from a fixed vocabulary, never from the text."""
    inverse = "inverse" in style.flags
    colour, background = style.colour, style.background
    if inverse:
        colour, background = background or "paper", colour or "ink"
    parts = [f"a-{colour}"] if colour else []
    parts += [f"on-{background}"] if background else []
    return " ".join([*parts, *sorted(f"a-{flag}" for flag in style.flags - {"inverse"})])
