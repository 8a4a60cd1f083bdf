"""Messages use the words of the page and its form, not those of REST."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onthedot.scheduling.errors import (
    FieldProblem,
    InvalidDefinition,
    OnTheDotError,
    RevisionMismatch,
    WrongState,
)
from onthedot.scheduling.outages import KeyMissing, NotInForce, TemporalRefuses, TemporalUnavailable
from onthedot.ui.forms.wording import said
from onthedot.ui.wording.errors import is_away, nothing_to_show, plainly
from onthedot.ui.wording.values import as_value, human, instant_or_none, precise


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("A duration is ISO 8601 (PT30S) or a number of seconds.", "Write a length of time, such"),
        ("must be after `start_at`.", "This must be after “From”."),
        ("is past, so the task would never fire.", "This is past, so the task would never fire."),
        ("is shorter than a second. Use PT1S or more.", "Use 1 s or more."),
        (
            "2026-11-20T22:59:00+00:00 is past, and longer ago than `catchup_window`. Choose a "
            "later time, or a longer `catchup_window`.",
            "20 November 2026, 23:59:00 is past, and longer ago than “If missed, run up to this",
        ),
        ("Write 2027-11-07T01:30:00-04:00 or 2027-11-07T01:30:00-05:00.", "01:30:00-04:00 or"),
        ("should be a valid integer, unable to parse string as an integer", "a whole number."),
        ("Fill this in.", "Fill this in."),
    ],
)
def test_a_problem_is_in_the_words_of_the_form(message: str, words: str) -> None:
    found = said(message, "Europe/Rome")
    assert words in found
    assert "`" not in found
    assert "PT" not in found


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (WrongState("Task 'a' is finished. PUT /tasks/a arms it again."), "It is finished."),
        (
            RevisionMismatch("a", 7),
            "Someone else changed it in the meantime, so it was left unchanged.",
        ),
        (InvalidDefinition(FieldProblem("until", "must be past")), "Must be past."),
        (
            NotInForce("a", "the worker rests."),
            "It accepted the change, but it is not in effect yet: the worker rests. It is retried "
            "until it is. Do not repeat it.",
        ),
    ],
)
def test_an_error_says_nothing_of_rest(error: OnTheDotError, words: str) -> None:
    assert plainly(error, of="a") == words


def test_what_cannot_be_read_says_whether_to_wait_or_what_to_mend() -> None:
    away = nothing_to_show(TemporalUnavailable("127.0.0.1:7233"), "The task")
    assert away == ("Temporal cannot be reached", "The task appears when it is back.")
    title, words = nothing_to_show(TemporalRefuses("127.0.0.1:7233"), "The task")
    assert title == "The task cannot be shown now"
    assert "TEMPORAL_API_KEY" in words
    assert "'one'" in nothing_to_show(KeyMissing("one"), "The task")[1]
    assert not is_away(None)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("30", 30),
        ("30s", 30),
        ("5 min", 300),
        ("1h 30m", 5400),
        ("1 h, 30 min", 5400),
        ("2 d", 172_800),
        ("0.5 s", 0.5),
        ("250 ms", 0.25),
        ("PT30S", "PT30S"),
        ("soon", "soon"),
        ("5 parsecs", "5 parsecs"),
        ("", ""),
    ],
)
def test_what_people_write_is_read(written: str, value: object) -> None:
    assert as_value(written) == value


@pytest.mark.parametrize(
    "seconds", [0, 1, 59, 60, 61, 3600, 5400, 86_400, 90_061, 604_800, 0.25, 90.5]
)
def test_what_is_shown_reads_back_the_same(seconds: float) -> None:
    assert as_value(human(timedelta(seconds=seconds))) == seconds


def test_measured_lengths_are_short() -> None:
    assert precise(None) == "–"
    assert precise(timedelta(milliseconds=12)) == "12 ms"
    assert precise(timedelta(seconds=1.2)) == "1.20 s"
    assert precise(timedelta(seconds=184)) == "3 min 4 s"


@pytest.mark.parametrize("written", ["noon", "2026-01-01", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_instant_in_an_address_is_none(written: str) -> None:
    assert instant_or_none(written) is None
