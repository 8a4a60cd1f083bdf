"""The result of a run, its live output, and its details."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing

from onthedot.scheduling.errors import OnTheDotError, RunNotFound
from onthedot.scheduling.run import Run, RunStatus
from onthedot.ui.components.markup import box, card, facts, text
from onthedot.ui.components.output import Output
from onthedot.ui.components.small import Code
from onthedot.ui.page_context import PageContext
from onthedot.ui.rows import CAUSES
from onthedot.ui.wording.values import precise

#: Seconds until a broken stream is resumed.
_PAUSE = 2.0


def build_result(run: Run, *, as_written: bool) -> None:
    """The result, without the output of a command if that is shown separately."""
    output = run.output
    if as_written and isinstance(output, dict) and "exit_code" in output:
        output = {"exit_code": output["exit_code"]}
    _output(run, output, as_written=as_written)
    with card("Details"):
        facts(
            [
                ("Why", f"Started {CAUSES[run.cause]}"),
                *_asked(run),
                ("Attempts", str(run.attempts or "none yet")),
                ("Late by", precise(run.lateness)),
                ("Id", lambda: text(run.id, "mono wrap small")),
            ]
        )


def _asked(run: Run) -> list[tuple[str, str]]:
    """Who requested the run, and who cancelled it."""
    said = (
        ("Asked by", run.requested_by),
        ("Note", run.note),
        ("Cancelled by", run.cancel_requested_by),
    )
    return [(name, by) for name, by in said if by]


def _output(run: Run, output: object, *, as_written: bool) -> None:
    title = "Result" if as_written else "Output"
    if output is None:
        waits = run.status is RunStatus.RUNNING
        with card(title):
            text("It shows here when the run ends." if waits else "There is none.", "muted")
        return
    shown, parts = readable(output)
    with card(title, aside=_size(run.output)), box("stack snug"):
        Code(shown, "Output", fold=True)
        for name, part in parts:
            text(name, tag="h3")
            Code(part, name, fold=True)


def readable(output: object) -> tuple[str, list[tuple[str, str]]]:
    """Indented JSON, with long texts in it, such as a body or output, shown separately."""
    if isinstance(output, str):
        return output, []
    parts: list[tuple[str, str]] = []
    if isinstance(output, dict):
        rest = {}
        for name, value in output.items():
            if isinstance(value, str) and ("\n" in value or len(value) > 200):
                parts.append((str(name), _pretty(value)))
            else:
                rest[name] = value
        output = rest
    return json.dumps(output, indent=2, ensure_ascii=False), parts


def _pretty(value: str) -> str:
    try:
        return json.dumps(json.loads(value), indent=2, ensure_ascii=False)
    except ValueError:
        return value


def _size(output: object) -> str:
    size = len(json.dumps(output, ensure_ascii=False).encode())
    return f"{size:,} bytes" if size < 10_000 else f"{size / 1024:.1f} KiB"


class RunOutput:
    """The card with the output, hidden until there is any."""

    def __init__(self, context: PageContext, run_id: str, began: Callable[[], None]) -> None:
        """`began` is called when the first piece arrives."""
        self._context = context
        self._run_id = run_id
        self._began = began
        self.has_something = False
        self._card = box("stack")
        with self._card, card("Output as it was written", body=False):
            self._output = Output("Output as it was written", f"{run_id}.log", self._follow)
        self._card.set_visibility(False)

    async def _follow(self, after: int) -> None:
        while True:
            try:
                after = await self._take(after)
            except RunNotFound:
                return
            except OnTheDotError:
                # The page itself shows that Temporal is unavailable.
                await asyncio.sleep(_PAUSE)
            else:
                self._output.end()
                return

    async def _take(self, after: int) -> int:
        """Show what follows this byte, until the run has ended; returns the position reached."""
        following = self._context.site.following
        async with aclosing(following.follow(self._run_id, after=after)) as updates:
            async for update in updates:
                if not self._context.session.stands or self._output.is_deleted:
                    return after
                if update.pieces:
                    if not self.has_something:
                        self.has_something = True
                        self._card.set_visibility(True)
                        self._began()
                    self._output.append(update.pieces, since=after)
                    after = update.pieces[-1].end
        return after
