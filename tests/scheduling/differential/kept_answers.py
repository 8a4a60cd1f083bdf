"""Earlier answers of a Temporal server, so that not everything has to be asked each time."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from temporalio.client import ScheduleSpec

#: Write down what the server answers, and ask it everything.
KEEP = os.environ.get("KEEP_ANSWERS") == "1"
_FILE = Path(__file__).with_name("kept_answers.txt")

Period = tuple[datetime, datetime]


class KeptAnswers:
    """Answers of one release of Temporal."""

    def __init__(self, release: str) -> None:
        self._release = release
        text = _FILE.read_text() if _FILE.exists() else ""
        self._kept = dict(line.split() for line in text.splitlines())

    def know(
        self,
        spec: ScheduleSpec,
        periods: Sequence[Period],
        instants: Sequence[Sequence[datetime]],
    ) -> bool:
        """Whether the server has answered this question with just these instants."""
        return self._kept.get(self._question(spec, periods)) == _answer(instants)

    def keep(
        self,
        spec: ScheduleSpec,
        periods: Sequence[Period],
        instants: Sequence[Sequence[datetime]],
    ) -> None:
        """`instants`: what the server has just answered, a list for each period."""
        self._kept[self._question(spec, periods)] = _answer(instants)

    def write(self) -> None:
        lines = sorted(f"{question} {answer}\n" for question, answer in self._kept.items())
        _FILE.write_text("".join(lines))

    def _question(self, spec: ScheduleSpec, periods: Sequence[Period]) -> str:
        asked = [f"{_seconds(start)} {_seconds(end)}" for start, end in periods]
        return _digest("\n".join([self._release, repr(_without_comments(spec)), *asked]))


def _without_comments(spec: ScheduleSpec) -> ScheduleSpec:
    """The server answers the same, whatever is said to people who read the schedule."""
    calendars, skip = (
        [replace(each, comment=None) for each in each_list]
        for each_list in (spec.calendars, spec.skip)
    )
    return replace(spec, calendars=calendars, skip=skip)


def _answer(instants: Sequence[Sequence[datetime]]) -> str:
    return _digest("\n".join(" ".join(map(_seconds, period)) for period in instants))


def _seconds(instant: datetime) -> str:
    return str(instant.timestamp())


def _digest(text: str) -> str:
    return hashlib.blake2s(text.encode(), digest_size=10).hexdigest()
