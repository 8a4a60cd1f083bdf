"""The page of one run: its status, result and actions."""

from __future__ import annotations

from datetime import timedelta

from nicegui.element import Element

from onthedot.scheduling.errors import OnTheDotError, RunNotFound
from onthedot.scheduling.run import Run, RunPhase, RunStatus
from onthedot.ui.components.markup import (
    box,
    button,
    card,
    empty,
    link,
    named,
    outside_link,
    skeleton,
    text,
)
from onthedot.ui.components.output import Elapsed
from onthedot.ui.components.small import Code, When
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.run.result import RunOutput, build_result
from onthedot.ui.pages.task.actions import run_now, say_started
from onthedot.ui.reads import one_run
from onthedot.ui.rows import RUN_TONES, RUN_WORDS, took
from onthedot.ui.watches import Live, Seen
from onthedot.ui.wording.errors import nothing_to_show
from onthedot.ui.wording.values import precise


def run_page(context: PageContext, query: dict[str, str], run_id: str) -> None:
    """Build the page."""
    following = context.site.following
    place = box()
    with place:
        skeleton(60)
        skeleton(260)
    shown: list[Run] = []
    live: list[Live[Run]] = []

    async def read() -> Run:
        # If its output is followed, that reads the run.
        return following.known(run_id) or await one_run(context.site.temporal, run_id)

    def show_result() -> None:
        result.clear()
        with result:
            build_result(shown[0], as_written=output.has_something)

    def show(seen: Seen[Run]) -> None:
        run = seen.value
        if run is None:
            if seen.error is not None:
                _say_missing(place, run_id, seen.error)
            return
        if shown[:1] != [run]:
            shown[:] = [run]
            place.clear()
            with place:
                _show(context, run)
            show_result()
        if run.status is not RunStatus.RUNNING:
            for each in live:
                each.stop()

    with box("stack after"):
        output = RunOutput(context, run_id, lambda: show_result() if shown else None)
        result = box("grid main-aside")
    with place.parent_slot or place:
        found = context.live(("run", run_id), read, show, every=timedelta(seconds=1))
    live.append(found)
    if shown and shown[0].status is not RunStatus.RUNNING:
        found.stop()


def _say_missing(place: Element, run_id: str, error: OnTheDotError) -> None:
    place.clear()
    with place, box("card"):
        if isinstance(error, RunNotFound):
            with empty(
                "search",
                "There is no such run",
                f"{run_id} is wrong, or past retention.",
                page=True,
            ):
                link("To the runs", "/runs", "btn")
        else:
            empty("triangle-alert", *nothing_to_show(error, "The run"), page=True)


def _show(context: PageContext, run: Run) -> None:
    with box("head"):
        with box("titles"):
            if run.task_id:
                link(_name(run), f"/tasks/{run.task_id}", "crumb", icon="chevron-left")
            with box("row"):
                with text("Run of ", tag="h1"):
                    When(run.scheduled_for, "near")
                live = " live" if run.status is RunStatus.RUNNING else ""
                text(RUN_WORDS[run.status], f"pill {RUN_TONES[run.status]}{live}")
        with box("actions"):
            _actions(context, run)
    with box("stack"):
        if run.phase is not None:
            _doing(run)
        if run.waiting_for:
            with named(box("banner"), role="status"):
                text(run.waiting_for, "wrap")
        _timeline(run)
        if run.error is not None:
            aside = f"last of {run.attempts}" if run.attempts > 1 else ""
            with card("Error", aside=aside), box("stack snug"):
                text(run.error.type, "pill red")
                Code(run.error.message, "Error")
        if len(run.attempts_made) > 1 or (run.error is None and _failures(run)):
            _attempts(run)


def _actions(context: PageContext, run: Run) -> None:
    if run.status is RunStatus.RUNNING:
        button(
            "Cancel",
            lambda: _cancel(context, run),
            "danger",
            icon="ban",
            why_not=context.why_not("cancel_run"),
        )
    elif run.task_id and run.status is not RunStatus.SUCCEEDED:
        why_not = context.why_not("retry_run")
        again = button(
            "Run again", lambda: _retry(context, run), icon="rotate-ccw", why_not=why_not
        )
        named(again, title=why_not or "A new run of the same occurrence", data_key="r")
    if run.task_id:
        button(
            "Run now",
            lambda: run_now(context, run.task_id, _name(run)),
            icon="play",
            why_not=context.why_not("run_task"),
        )
    outside_link("In Temporal", run.links.temporal_ui)


def _failures(run: Run) -> int:
    return sum(made.error is not None for made in run.attempts_made)


_PHASES = {
    RunPhase.WAITING_FOR_WORKER: "Waits for a worker",
    RunPhase.WAITING_FOR_PLACE: "Waits for a free place",
    RunPhase.ATTEMPTING: "Attempt {attempt} in progress",
    RunPhase.BACKING_OFF: "Waits for attempt {attempt}",
}


def _doing(run: Run) -> None:
    """What a run in progress is doing, since when, and when it is tried again."""
    assert run.phase is not None
    goes_on = run.phase is RunPhase.ATTEMPTING
    with named(box("banner calm" if goes_on else "banner"), role="status"), text("", "wrap"):
        text(_PHASES[run.phase].format(attempt=run.attempt), "strong")
        text(", since ")
        When(run.phase_since, "near")
        if run.phase_since is not None:
            text(" (")
            Elapsed(run.phase_since)
            text(")")
        if run.next_attempt_at is not None:
            text("; it starts ")
            When(run.next_attempt_at, "near")


def _attempts(run: Run) -> None:
    with (
        card("Attempts", aside=f"{max(run.attempts, len(run.attempts_made))} in all"),
        box("stack snug"),
    ):
        for made in run.attempts_made:
            with box("row"):
                text(str(made.attempt), "strong")
                When(made.started_at, "near", none="–")
                if made.started_at and made.ended_at:
                    text(f"took {precise(made.ended_at - made.started_at)}", "muted small")
                if made.error is not None:
                    text(f"{made.error.type}: {made.error.message}", "wrap small")


def _timeline(run: Run) -> None:
    length = took(run)
    steps = (
        (
            "Due",
            run.scheduled_for,
            f"started {precise(run.lateness)} after" if run.lateness else "",
        ),
        ("Started", run.started_at, f"took {precise(timedelta(seconds=length))}" if length else ""),
        ("Finished", run.finished_at, ""),
    )
    with card("Timeline"), box("timeline"):
        for index, (name, at, gap) in enumerate(steps):
            after = steps[index + 1][1] if index < 2 else None
            with box("step" + (" at" if at else "") + (" done" if at and after else "")):
                text(name, "strong", tag="div")
                with box("small muted"):
                    When(at, "near", none="not yet" if run.status is RunStatus.RUNNING else "–")
                if gap:
                    text(gap, "gap", tag="div")


def _name(run: Run) -> str:
    return run.task_name or run.task_id


async def _retry(context: PageContext, run: Run) -> None:
    again = await context.tried(context.uses.retry_run(run.id))
    say_started(context, f"Started {_name(run)} again, as the same occurrence.", again)


async def _cancel(context: PageContext, run: Run) -> None:
    if await context.tried(context.uses.cancel_run(run.id)) is not None:
        context.toasts.say("Asked to cancel.", tone="grey")
        context.changed()
