"""Search terms for stores: plain and bounded, whatever the text."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onthedot.scheduling.action import LogAction
from onthedot.scheduling.search import label, sought, terms, words_of
from onthedot.scheduling.task import TaskDefinition
from onthedot.scheduling.trigger import CronTrigger

_TOKEN = re.compile(r"[a-z0-9]+")

#: What Temporal takes as one search attribute, in bytes of JSON.
_MOST = 2048


def _task(name: str = "", description: str = "", tags: tuple[str, ...] = ()) -> TaskDefinition:
    trigger, action = CronTrigger(expression="0 9 * * *"), LogAction(message="x")
    return TaskDefinition(
        name=name, description=description, tags=tags, trigger=trigger, action=action
    )


_TAGS = st.lists(st.from_regex(r"[^\s,\x00-\x1f\x7f]{1,64}", fullmatch=True), max_size=20)


@given(st.text(max_size=200), st.text(max_size=4000), _TAGS)
def test_stores_get_plain_tokens_and_no_more_than_they_take(
    name: str, description: str, tags: list[str]
) -> None:
    task = _task().model_copy(
        update={"name": name, "description": description, "tags": tuple(tags)}
    )
    found = terms("some-id", task)
    tokens = [*found.words, *found.more.split(), *found.labels]
    assert all(_TOKEN.fullmatch(token) for token in tokens)
    for value in (list(found.words), found.more, list(found.labels)):
        assert len(json.dumps(value, separators=(",", ":"))) <= _MOST
    assert found.words
    for word in sought(name):
        assert word in tokens


@given(st.text(max_size=100))
def test_a_search_gives_stores_plain_tokens(q: str) -> None:
    assert all(_TOKEN.fullmatch(token) for token in sought(q))


@given(st.text(min_size=1, max_size=64), st.text(min_size=1, max_size=64))
def test_every_tag_has_a_label_of_its_own(one: str, other: str) -> None:
    assert (label(one) == label(other)) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Überfällige", "uberfallige"),
        ("STRASSE", "straße"),
        ("cafe\u0301", "café"),
        ("Ναύπλιο", "ναυπλιο"),
        ("a.b/c", "A b c"),
        ('"quoted"', "quoted"),
    ],
)
def test_case_accents_and_punctuation_do_not_count(one: str, other: str) -> None:
    assert words_of(one) == words_of(other)


def test_of_a_long_text_what_comes_first_is_kept() -> None:
    words = [f"word{n}" for n in range(1000)]
    found = terms("id", _task("The name", " ".join(words)[:4000]))
    assert {"the", "name", "id", "word0", "word200"} <= {*found.words, *found.more.split()}
