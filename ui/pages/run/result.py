"""What came out of a run, and the details of it."""

from __future__ import annotations

import json

from onthedot.scheduling.run import Run, RunStatus
from onthedot.ui.components.markup import (
    box,
    card,
    facts,
    text,
)
from onthedot.ui.components.small import Code
from onthedot.ui.rows import CAUSES
from onthedot.ui.wording.durations import precise


def build_result(run: Run, *, as_written: bool) -> None:
    """What came out; without what a command printed, where that is shown as it was written."""
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
    """Who had it started, and who had it stopped."""
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
    """JSON with indents; long texts in it, such as a body or what was printed, by themselves."""
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
