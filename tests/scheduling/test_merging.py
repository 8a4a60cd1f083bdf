"""Merging two edits of one definition."""

from __future__ import annotations

from onthedot.scheduling.revisions.differences import merged
from onthedot.scheduling.task import TaskDefinition
from tests.definitions import definition, every, http, once

BASE = definition(every(60), name="a", action=http("https://example.com/", headers={"x": "1"}))


def _with(**changed: object) -> TaskDefinition:
    return BASE.model_copy(update=changed)


def test_both_changes_are_kept() -> None:
    theirs = _with(name="b", paused=True)
    mine = _with(tags=("t",), trigger=definition(every(30)).trigger)
    found, clashes = merged(BASE, theirs, mine)
    assert clashes == ()
    both = theirs.model_copy(update={"tags": mine.tags, "trigger": mine.trigger})
    assert TaskDefinition.model_validate(found) == both
    assert merged(BASE, mine, theirs)[0] == found


def test_the_same_change_is_no_clash() -> None:
    assert merged(BASE, _with(name="b"), _with(name="b")) == merged(BASE, _with(name="b"), BASE)


def test_what_both_changed_is_mine_and_named() -> None:
    found, clashes = merged(BASE, _with(name="b", description="d"), _with(name="c"))
    assert clashes == ("name",)
    assert (found["name"], found["description"]) == ("c", "d")


def test_fields_of_one_action_are_put_together() -> None:
    theirs = _with(action=definition(every(60), action=http("https://example.org/")).action)
    mine = definition(every(60), action=http("https://example.com/", headers={"x": "1", "y": "2"}))
    found, clashes = merged(BASE, theirs, _with(action=mine.action))
    assert clashes == ()
    assert (found["action"]["url"], found["action"]["headers"]) == (
        "https://example.org/",
        {"y": "2"},
    )


def test_another_kind_clashes_as_a_whole() -> None:
    theirs, mine = _with(trigger=definition(once(60)).trigger), definition(every(30))
    found, clashes = merged(BASE, theirs, _with(trigger=mine.trigger))
    assert clashes == ("trigger",)
    assert found["trigger"]["kind"] == "interval"
