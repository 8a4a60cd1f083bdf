"""A history that is partly older than the retention: who and when remain, but not what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from onthedot.scheduling.revisions.revision import RevisionKind
from onthedot.scheduling.stored.task_change import Change, ChangeKind, apply_change
from onthedot.scheduling.stored.task_state import TaskState
from onthedot.service.ledger.definition_history import DefinitionHistory, MadeRevision
from onthedot.service.tasks.history.revisions import Known
from tests.definitions import definition, every

_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def _state() -> TaskState:
    return TaskState(
        id="old",
        definition=definition(every(60)),
        updated_by="ann",
        created_at=_BEGAN,
        updated_at=_BEGAN,
        covered_until=_BEGAN,
    ).journalled()


def _change(state: TaskState, kind: ChangeKind, by: str) -> TaskState:
    at = state.updated_at + timedelta(days=1)
    name = f"by {by}"
    change = Change(
        kind=kind,
        by=by,
        not_after=at,
        definition=definition(every(60), name=name) if kind is ChangeKind.REPLACE else None,
        note="why" if kind is not ChangeKind.REPLACE else "",
    )
    return apply_change(state, change, at=at)


def test_the_journal_says_who_and_when() -> None:
    paused = _change(_state(), ChangeKind.PAUSE, "ben")
    replaced = _change(paused, ChangeKind.REPLACE, "cem")
    # The workflows of the first three revisions are gone; this one began with the third.
    later = _change(replaced, ChangeKind.REPLACE, "dan")
    known = Known()
    history = DefinitionHistory(state=later, first=replaced, made=[MadeRevision(later, "replaced")])
    known.take(history)
    found = [known.compared(each) for each in known.all_before(100)]
    assert [(each.revision, each.change, each.by) for each in found] == [
        (4, RevisionKind.REPLACED, "dan"),
        (3, RevisionKind.REPLACED, "cem"),
        (2, RevisionKind.PAUSED, "ben"),
        (1, RevisionKind.CREATED, "ann"),
    ]
    assert [each.at for each in found[:2]] == [later.updated_at, replaced.updated_at]
    assert [diff.path for diff in found[0].diff or ()] == ["name"]
    assert [each.diff for each in found[1:]] == [None, None, ()]
    assert (3 in known.definitions, 2 in known.definitions) == (True, False)


def test_what_a_workflow_tells_goes_before_the_journal() -> None:
    first = _state()
    paused = _change(first, ChangeKind.PAUSE, "ben")
    known = Known()
    known.take(DefinitionHistory(state=paused, first=paused))
    known.take(
        DefinitionHistory(
            state=paused,
            first=first,
            made=[MadeRevision(first, "created"), MadeRevision(paused, "paused", "why")],
        )
    )
    assert [each.note for each in known.all_before(100)] == ["why", ""]
