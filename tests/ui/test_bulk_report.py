"""The result of a bulk action: one message with what can be done next."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from onthedot.messages.bulk import Outcome
from onthedot.scheduling.outages import TemporalUnavailable, Unconfirmed
from onthedot.service.tasks.bulk import Changed
from onthedot.ui.bulk.actions import TASKS, BulkAction, BulkRequest
from onthedot.ui.bulk.work import do

pytestmark = pytest.mark.anyio


class Heard:
    """A page that collects messages, and presses their buttons. A real Temporal cannot be told
    which of many to refuse."""

    def __init__(self) -> None:
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.toasts = SimpleNamespace(
            say=lambda text, tone, actions: self.said.append((text, dict(actions)))
        )
        self.uses = None
        self.site = SimpleNamespace(temporal=SimpleNamespace(now=lambda: datetime.now(UTC)))

    async def tried(self, work: Any) -> Any:
        return await work

    def changed(self) -> None:
        pass


async def test_what_was_missed_is_tried_again_and_all_of_it_undone() -> None:
    asked: list[list[str]] = []
    undone: list[list[str]] = []

    async def act(uses: Any, request: BulkRequest) -> list[Changed]:
        asked.append(list(request.ids))
        away = TemporalUnavailable("there")
        return [
            Changed(each, Outcome.REFUSED, error=away)
            if each == "b" and len(asked) == 1
            else Changed(each, Outcome.DONE)
            for each in request.ids
        ]

    async def undo(uses: Any, changed: Any, progress: Any) -> list[Changed]:
        undone.append([each.id for each in changed])
        return list(changed)

    action = BulkAction(
        "pause", "Pause", "Pausing", "paused", "", "", "", act, undone="put back", undo=undo
    )
    page: Any = Heard()
    await do(page, TASKS, action, BulkRequest(["a", "b", "c"]))
    said, offers = page.said[-1]
    assert (said, list(offers)) == (
        "2 tasks paused, 1 refused.",
        ["Which", "Try again", "Undo"],
    )
    await offers["Try again"]()
    said, offers = page.said[-1]
    assert (said, list(offers), asked[-1]) == ("3 tasks paused.", ["Undo"], ["b"])
    await offers["Undo"]()
    assert (page.said[-1][0], undone) == ("3 tasks put back.", [["a", "c", "b"]])


async def test_a_change_that_may_have_been_made_is_not_called_refused() -> None:
    async def act(uses: Any, request: BulkRequest) -> list[Changed]:
        found = [Changed(each, Outcome.DONE) for each in request.ids]
        found[1] = Changed("b", Outcome.REFUSED, error=TemporalUnavailable("there"))
        found[2] = Changed("c", Outcome.REFUSED, error=Unconfirmed("there", "Whether is unknown."))
        return found

    action = BulkAction("pause", "Pause", "Pausing", "paused", "", "", "", act)
    page: Any = Heard()
    await do(page, TASKS, action, BulkRequest(["a", "b", "c"]))
    assert page.said[-1][0] == "1 task paused, 1 refused, 1 not confirmed."
