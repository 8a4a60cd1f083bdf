"""Backfills of a task: starts one, and shows the progress of running ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from onthedot.scheduling.calendars.days import CalendarDays
from onthedot.scheduling.errors import InvalidDefinition
from onthedot.scheduling.firing.occurrences import occurrences
from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.stored.backfill import MAX_OCCURRENCES, Backfill, BackfillStatus
from onthedot.scheduling.task import Task
from onthedot.service.calendars.lookup import calendars_for
from onthedot.ui.components.dialogs.dialogs import Modal
from onthedot.ui.components.fields.choices import ChoiceField
from onthedot.ui.components.fields.text import TextField, moment_field
from onthedot.ui.components.markup import box, button, card, text
from onthedot.ui.components.small import When
from onthedot.ui.page_context import PageContext
from onthedot.ui.reads import backfills_of
from onthedot.ui.watches import Seen
from onthedot.ui.wording.values import counted, local_instant, local_text

_OVERLAP = {
    OverlapPolicy.BUFFER_ALL.value: "One after the other",
    OverlapPolicy.ALLOW_ALL.value: "In parallel",
}


async def ask_backfill(context: PageContext, task: Task) -> None:
    """Ask for the period, and show how many runs it contains."""
    await context.learn_zone()
    calendars = await calendars_for(context.site.temporal, task.trigger)
    now = context.site.temporal.now()
    with context.overlay, Modal(f"Backfill {task.name}", label="Backfill") as modal:
        text("Runs the past occurrences in this period, whether they ran before or not.", "muted")
        with box("fields"):
            start = _moment(context, "From", now - timedelta(hours=24))
            end = _moment(context, "To", now - timedelta(minutes=1))
        overlap = ChoiceField("Runs go", _OVERLAP, OverlapPolicy.BUFFER_ALL.value)
        said = text("", "strong", tag="p")

        def count() -> None:
            try:
                first, last = (_instant(context, field) for field in (start, end))
            except ValueError:
                said.text = "Choose both times."
                return
            said.text = _runs_of(task, first, last, calendars)

        async def go() -> None:
            if await _start(context, task, start, end, overlap):
                modal.dismiss()

        start.on_value_change(lambda _: count())
        end.on_value_change(lambda _: count())
        count()
        modal.add_foot("Start", go)


def show_backfills(context: PageContext, task_id: str) -> None:
    """A card with the running ones; nothing if there are none."""
    place = box()

    def show(seen: Seen[list[Backfill]]) -> None:
        going = [one for one in seen.value or () if one.status is BackfillStatus.RUNNING]
        place.clear()
        if going:
            with place, card("Backfill"):
                for one in going:
                    _row(context, one)

    context.live(
        ("backfills", task_id),
        lambda: backfills_of(context.site.temporal, task_id),
        show,
        every=timedelta(seconds=3),
    )


def _row(context: PageContext, one: Backfill) -> None:
    with box("row"):
        with box("grow"):
            text(f"{one.done:,} of {one.total:,}", "strong", tag="div")
            with box("row small muted"):
                When(one.start, "near")
                text("to")
                When(one.end, "near")

        async def cancel() -> None:
            if await context.tried(context.uses.cancel_backfill(one.id)) is not None:
                context.toasts.say("Asked to cancel the backfill.", tone="grey")
                context.changed()

        why_not = context.why_not("cancel_backfill")
        button("Cancel", cancel, "small danger", icon="ban", why_not=why_not)


async def _start(
    context: PageContext, task: Task, start: TextField, end: TextField, overlap: ChoiceField
) -> bool:
    for field in (start, end):
        field.say()
    try:
        found = await context.tried(
            context.uses.start_backfill(
                task.id,
                start=_instant(context, start),
                end=_instant(context, end),
                overlap=OverlapPolicy(overlap.value),
            ),
            but=(InvalidDefinition, ValueError),
        )
    except InvalidDefinition as error:
        for problem in error.problems:
            (end if problem.field == "to" else start).say(problem.message)
        return False
    except ValueError:
        start.say("Choose both times.")
        return False
    if found is None:
        return False
    context.toasts.say(f"Started a backfill of {found.total:,} runs.")
    context.changed()
    return True


def _moment(context: PageContext, label: str, at: datetime) -> TextField:
    written = local_text(at.replace(microsecond=0), context.zone or "UTC")
    return moment_field(label, written, hint=context.zone)


def _instant(context: PageContext, field: TextField) -> datetime:
    return local_instant(field.value, context.zone or "UTC")


def _runs_of(task: Task, first: datetime, last: datetime, calendars: CalendarDays) -> str:
    just_before = first - timedelta(microseconds=1)
    within = occurrences(
        task.trigger, after=just_before, until=last, key=task.id, calendars=calendars
    )
    found = sum(1 for _ in islice(within, MAX_OCCURRENCES + 1))
    if found > MAX_OCCURRENCES:
        return f"More than {MAX_OCCURRENCES:,} runs: choose a shorter period."
    return f"{counted(found, 'run')} in this period"
