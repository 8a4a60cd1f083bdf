"""Problems in the form's words: its labels, and lengths and times as people write them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from onthedot.scheduling.errors import FieldProblem
from onthedot.scheduling.values import Duration
from onthedot.ui.wording.values import human

#: REST's name of a field, and its label in the form.
_LABELS = {
    "at": "“Date and time”",
    "delay": "“After”",
    "every": "“Every”",
    "offset": "“Offset”",
    "start_at": "“From”",
    "end_at": "“Until”",
    "max_runs": "“At most this many runs”",
    "exclude": "“Except on”",
    "jitter": "“Jitter”",
    "timezone": "“Time zone”",
    "catchup_window": "“If missed, run up to this late”",
    "timeout": "“Timeout of one attempt”",
    "deadline": "“Deadline of the whole run”",
    "max_attempts": "“Attempts”",
    "initial_interval": "“First wait between attempts”",
    "max_interval": "“Longest wait”",
    "overlap": "“If the last run is still in progress”",
}
_NAME = re.compile(r"`([a-z_.]+)`")
_LENGTH = re.compile(r"\bP(?=[\dT])(?:\d+D)?(?:T[\dHMS.]+)?")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_BARE = re.compile(
    r"(is|was|are|must|should|cannot|needs|takes|has|holds|comes|names|never"
    r"|contains|excludes|applies|occurs)\b"
)
_DURATION: TypeAdapter[Duration] = TypeAdapter(Duration)

_INSTEAD = {
    "a duration is iso 8601": "Write a length of time, such as 90 s, 10 min or 1 h 30 min.",
    "valid integer": "Write a whole number.",
    "valid number": "Write a number.",
}


def in_words(problem: FieldProblem, zone: str) -> FieldProblem:
    """A problem in the form's words; `zone` is the reader's."""
    return replace(problem, message=said(problem.message, zone))


def said(message: str, zone: str) -> str:
    """A message of the models, in the form's words."""
    for part, instead in _INSTEAD.items():
        if part in message.lower():
            return instead
    told = _NAME.sub(lambda found: _LABELS.get(found[1].rpartition(".")[2], found[1]), message)
    told = _LENGTH.sub(lambda found: _length(found[0]), told)
    told = _INSTANT.sub(lambda found: _instant(found[0], zone), told)
    if _BARE.match(told):
        told = f"This {told}"
    return told[:1].upper() + told[1:] + ("" if told.endswith((".", "?", "!")) else ".")


def _length(written: str) -> str:
    try:
        return human(_DURATION.validate_python(written))
    except ValidationError:
        return written


def _instant(written: str, zone: str) -> str:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return written
    if at.utcoffset() and not written.endswith("Z"):
        # The offset is deliberate: it tells apart two instants that clocks show alike.
        return written
    return at.astimezone(ZoneInfo(zone)).strftime("%d %B %Y, %H:%M:%S")
