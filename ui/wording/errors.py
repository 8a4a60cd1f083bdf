"""Errors in the page's words, without the parts about REST, its calls and headers."""

from __future__ import annotations

import re

from onthedot.scheduling.errors import (
    InvalidDefinition,
    OnTheDotError,
    RevisionMismatch,
    RunNotFound,
    TaskNotFound,
)
from onthedot.scheduling.outages import NamespaceUnprepared, TemporalRefuses, TemporalUnavailable

_SENTENCE = re.compile(r"(?<=[.;]) ")
_OF_REST = re.compile(r"\b(GET|PUT|POST|DELETE) /|\bETag\b|\bIf-Match\b|Idempotency-Key")


def plainly(error: OnTheDotError, *, of: str = "") -> str:
    """What went wrong and what to do; `of` is the id of an object that is named nearby anyway."""
    match error:
        case InvalidDefinition():
            return "; ".join(_sentence(problem.message) for problem in error.problems)
        case RevisionMismatch():
            return "Someone else changed it in the meantime, so it was left unchanged."
        case TaskNotFound() | RunNotFound() if of:
            return "It is gone: deleted, or past retention."
        case _:
            said = str(error)
    if of:
        for subject in (f"Task {of!r}", f"Run {of!r}", f"Run {of}"):
            said = said.replace(subject, "It")
    kept = [each for each in _SENTENCE.split(said) if not _OF_REST.search(each)]
    told = " ".join(kept) or said
    return f"{told[:-1]}." if told.endswith(";") else told


def is_away(error: OnTheDotError | None) -> bool:
    """Whether Temporal does not respond, so that the user can only wait."""
    mendable = isinstance(error, NamespaceUnprepared | TemporalRefuses)
    return isinstance(error, TemporalUnavailable) and not mendable


def nothing_to_show(error: OnTheDotError, what: str) -> tuple[str, str]:
    """A heading and advice, for when `what` could never be read."""
    if is_away(error):
        return "Temporal cannot be reached", f"{what} appears when it is back."
    return f"{what} cannot be shown now", plainly(error)


def _sentence(message: str) -> str:
    said = message.replace(", or leave `sort` out", "")
    return said[:1].upper() + said[1:] + ("" if said.endswith(".") else ".")
