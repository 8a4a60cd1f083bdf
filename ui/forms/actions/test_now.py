"""Test now: runs the action once on a real worker, and saves nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from onthedot.scheduling.errors import InvalidDefinition
from onthedot.scheduling.run import Run, RunStatus
from onthedot.scheduling.task import TaskDefinition
from onthedot.ui.components.markup import box, button, card, outside_link, text
from onthedot.ui.components.small import Code
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.run.result import readable
from onthedot.ui.rows import RUN_TONES, RUN_WORDS, took
from onthedot.ui.wording.values import precise

Tested = Callable[[], tuple[TaskDefinition | None, timedelta]]


def add_test(context: PageContext, draft: Tested) -> None:
    """A card with the button and the result."""
    with card("Try it"), box("stack snug"):
        text("Runs the action once, now, without saving anything.", "muted small")

        async def test() -> None:
            definition, timeout = draft()
            if definition is None:
                return
            place.clear()
            with place:
                text("Running …", "pill blue live")
            run: Run | None = None
            try:
                tested = context.uses.try_action(definition.action, attempt_timeout=timeout)
                run = await context.tried(tested)
            except InvalidDefinition as error:
                context.toasts.say(str(error), tone="red")
            if place.is_deleted:
                return
            place.clear()
            if run is not None:
                with place:
                    _show(run)

        with box("row"):
            button("Test now", test, icon="flask-conical", why_not=context.why_not("try_action"))
        place = box("stack snug")


def _show(run: Run) -> None:
    with box("row"):
        text(RUN_WORDS[run.status], f"pill {RUN_TONES[run.status]}")
        length = took(run)
        if length is not None:
            text(f"took {precise(timedelta(seconds=length))}", "muted small")
    if run.error is not None and run.status is not RunStatus.SUCCEEDED:
        Code(f"{run.error.type}: {run.error.message}", "Error of the test")
    if run.output is not None:
        shown, parts = readable(run.output)
        Code(shown, "Output of the test", fold=True)
        for name, part in parts:
            text(name, "small strong")
            Code(part, name, fold=True)
    outside_link("In Temporal", run.links.temporal_ui, "btn small ghost")
