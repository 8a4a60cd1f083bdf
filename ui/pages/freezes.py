"""The freezes: what keeps tasks from starting now or later, and the way to make and lift one."""

from __future__ import annotations

from datetime import timedelta

from pydantic import ValidationError

from onthedot.messages.field_errors import field_problems
from onthedot.scheduling.errors import InvalidDefinition
from onthedot.scheduling.firing.zones import LocalTimeError
from onthedot.scheduling.freezes.freeze import Freeze, FreezeDefinition, Then
from onthedot.ui.components.dialogs import confirm, dismiss, foot
from onthedot.ui.components.fields import ChoiceField, TextField
from onthedot.ui.components.markup import box, button, card, empty, named, skeleton, text
from onthedot.ui.components.small import Modal, When
from onthedot.ui.page_context import PageContext
from onthedot.ui.reads import standing_freezes
from onthedot.ui.watches import Seen
from onthedot.ui.wording.durations import human
from onthedot.ui.wording.local_times import local_instant, local_text

_THEN = {
    Then.SKIP.value: "is skipped",
    Then.HOLD.value: "is held: the last run of each task follows at the end",
}


def freezes_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page."""
    with box("head"):
        with box("titles"):
            text("Freezes", tag="h1")
            text("While one is in force, nothing begins by schedule.", "sub", tag="p")
        button(
            "New freeze",
            lambda: ask_freeze(context),
            "primary",
            icon="plus",
            why_not=context.why_not("put_freeze"),
        )
    place = box("stack")
    with place:
        skeleton(120)
    last: list[list[Freeze]] = []

    def show(seen: Seen[list[Freeze]]) -> None:
        if seen.value is None or last[:1] == [seen.value]:
            return
        last[:] = [seen.value]
        place.clear()
        with place:
            if not seen.value:
                with box("card"):
                    empty("ban", "No freezes", "Everything begins when it is due.")
            for freeze in seen.value:
                _show(context, freeze)

    context.live(
        "freezes",
        lambda: standing_freezes(context.site.temporal),
        show,
        every=timedelta(seconds=3),
    )


def _show(context: PageContext, freeze: Freeze) -> None:
    with card(freeze.name), box("row"):
        with box("grow"):
            with box("row"):
                text("In force" if freeze.in_force else "To come", _pill(freeze))
                if freeze.in_force:
                    text("until")
                    When(freeze.ends_at, "near")
                elif freeze.next_at is not None:
                    text("from")
                    When(freeze.next_at, "near")
                if freeze.duration is not None:
                    text(f"for {human(freeze.duration)} each time", "muted")
            if freeze.note:
                text(freeze.note, "wrap", tag="p")
            text(f"{_concerned(freeze)} What is due {_THEN[freeze.then]}.", "small muted", tag="p")

        async def lift() -> None:
            if await context.tried(context.uses.delete_freeze(freeze.name)):
                context.toasts.say(f"Lifted {freeze.name}.", tone="grey")
                context.changed()

        button(
            "Lift",
            lambda: confirm(
                context.overlay,
                f"Lift {freeze.name}?",
                "Tasks begin again within five seconds, and what it held a little later.",
                "Lift",
                lift,
            ),
            "small",
            icon="circle-play",
            why_not=context.why_not("delete_freeze"),
        )


def _pill(freeze: Freeze) -> str:
    return "pill amber" if freeze.in_force else "pill"


def _concerned(freeze: Freeze) -> str:
    if freeze.tags == "all":
        return "All tasks."
    return f"Tasks tagged {' or '.join(freeze.tags)}."


async def ask_freeze(context: PageContext) -> None:
    """Ask for a new one: a single window."""
    await context.learn_zone()
    zone = context.zone or "UTC"
    now = context.site.temporal.now().replace(microsecond=0)
    with context.overlay, Modal("New freeze") as modal:
        text("New freeze", tag="h2")
        fields = {
            "name": TextField("Name", at="name", placeholder="tonight", mono=True),
            "note": TextField("Why", at="note", placeholder="Database migration"),
        }
        with box("fields"):
            fields["from"] = _moment("From", local_text(now, zone), zone)
            fields["until"] = _moment("Until", local_text(now + timedelta(hours=8), zone), zone)
        fields["tags"] = TextField(
            "Tags", at="tags", hint="Tasks with one of them. All tasks without any.", optional=True
        )
        then = ChoiceField(
            "What is due", {key: said.capitalize() for key, said in _THEN.items()}, Then.HOLD.value
        )

        async def go() -> None:
            for field in fields.values():
                field.say()
            try:
                made = await _made(context, fields, then.value, zone)
            except InvalidDefinition as error:
                for problem in error.problems:
                    fields.get(problem.field.partition(".")[0], fields["name"]).say(problem.message)
                return
            if made is not None:
                context.toasts.say(f"Frozen: {made.name}.")
                context.changed()
                dismiss(modal)

        foot(modal, "Freeze", go)
    modal.on("close", lambda: dismiss(modal))
    modal.show()


async def _made(
    context: PageContext, fields: dict[str, TextField], then: str, zone: str
) -> Freeze | None:
    """Raises InvalidDefinition with what is wrong."""
    given: dict[str, object] = {"then": then, "note": fields["note"].value}
    for field in ("from", "until"):
        try:
            given[field] = local_instant(fields[field].value, zone)
        except (LocalTimeError, ValueError) as error:
            fields[field].say(str(error) or "Choose a time.")
            return None
    if tags := fields["tags"].value.replace(",", " ").split():
        given["tags"] = tuple(tags)
    try:
        definition = FreezeDefinition.model_validate(given)
    except ValidationError as error:
        raise InvalidDefinition(*field_problems(error.errors(), given)) from None
    name = fields["name"].value.strip()
    return await context.tried(context.uses.put_freeze(name, definition), but=(InvalidDefinition,))


def _moment(label: str, written: str, zone: str) -> TextField:
    field = TextField(label, written, kind="datetime-local", hint=zone)
    named(field, step="60")
    return field
