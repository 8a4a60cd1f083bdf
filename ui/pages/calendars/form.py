"""The form of a calendar: its content, its months as the user types, the effect of saving."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from onthedot.scheduling.calendars.content import CalendarContent
from onthedot.scheduling.errors import (
    CalendarChanged,
    CalendarNotFound,
    FieldProblem,
    InvalidDefinition,
    OnTheDotError,
)
from onthedot.scheduling.stored.calendar_state import CalendarState
from onthedot.ui.components.dialogs.dialogs import LeaveQuestion
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.components.markup import box, card
from onthedot.ui.forms.conflict import Change, Choice, ask
from onthedot.ui.forms.edit_form import EditForm
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.calendars.draft_panel import DraftPanel
from onthedot.ui.pages.calendars.fields.content import ContentPart, under_content
from onthedot.ui.pages.calendars.merging import content_differences, merged
from onthedot.ui.pages.calendars.months import year_of
from onthedot.ui.pages.calendars.reads import CalendarDetail, calendar_detail
from onthedot.ui.watches import Seen
from onthedot.ui.wording.errors import plainly

#: Stands for the name of an unnamed calendar; it is not a valid name.
_NEW = "(new)"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_RULE = (
    "Use 1 to 64 lowercase letters, digits, dots, dashes and underscores; start with a letter or "
    "digit."
)
_A_FEED = "A worker reads the feed once it is saved; its days then show on the calendar's page."


class CalendarForm(EditForm):
    """One form. `before` is its initial content, `names` are the calendars to choose from, and
    `typed` is the kept input from before the page was reloaded."""

    def __init__(
        self,
        context: PageContext,
        query: dict[str, str],
        names: Sequence[str],
        before: CalendarDetail | None,
        typed: Mapping[str, Any],
    ) -> None:
        super().__init__(context, before.found.state.revision if before else None)
        self._before = before
        self._name = before.found.state.name if before else ""
        self._names = [each for each in names if each != self._name]
        self._typed = typed
        today = context.site.temporal.now().date()
        self._panel = DraftPanel(today, year_of(query.get("year", ""), today), before)

    def build(self) -> None:
        """Build the form, and the panels next to it and below it."""
        title = f"Edit {self._name}" if self._name else "New calendar"
        label = "Save" if self._name else "Create calendar"
        self._build_head("calendar", self._name, title, label, "put_calendar")
        if self._before is not None:
            self._follow_others()
        with box("grid main-aside" if self._before else "stack"):
            with box("stack"):
                self._build_fields()
                self._panel.build_months()
            with box("stack"):
                self._panel.build_side()
        LeaveQuestion()
        self._restore(self._typed)
        self._validation.soon(self._restored, 0)

    def _build_fields(self) -> None:
        before = self._before
        self._entry: TextField | None = None
        if before is None:
            with card("What it is called"):
                self._entry = TextField(
                    "Name",
                    at="name",
                    mono=True,
                    placeholder="it",
                    hint="It cannot be changed later. Lowercase letters, digits, dots, dashes "
                    "and underscores.",
                    form=self._fields,
                )
        with card("Which days it holds"):
            content = before.found.state.content if before else None
            self._content = ContentPart(self._fields, self._changed, content, self._names)

    async def _validate(self) -> None:
        content, problems = self._content.judged()
        if content is not None:
            problems = await self._preview(content)
        else:
            self._panel.show_days(None, "Its days show here once the fields above are filled in.")
        self._fields.say(self._validation.due(problems))

    async def _preview(self, content: CalendarContent) -> list[FieldProblem]:
        drafts, panel = self._context.calendar_drafts, self._panel
        try:
            known = await drafts.known(self._name or _NEW, content)
        except InvalidDefinition as error:
            problems = under_content(error.problems)
            panel.show_days(None, "Its days show here once the fields above are valid.")
            return problems
        except OnTheDotError as error:
            panel.show_days(None, plainly(error))
            return []
        panel.show_days(known, _A_FEED)
        if not panel.has_users:
            return []
        if known is None:
            panel.show_effect(None, _A_FEED)
            return []
        panel.show_effect(None, "Comparing runs…")
        try:
            panel.show_effect(await drafts.effect(known, self._revision or 0))
        except OnTheDotError as error:
            panel.show_effect(None, plainly(error))
        return []

    def _follow_others(self) -> None:
        """Show if someone else changes the calendar."""

        def show(seen: Seen[CalendarDetail | None]) -> None:
            if seen.value is not None and seen.value.found.state.content != self._base:
                self._notice(self._change(seen.value.found.state))

        temporal, name = self._context.site.temporal, self._name
        self._context.live(("calendar", name), lambda: calendar_detail(temporal, name), show)

    @property
    def _base(self) -> CalendarContent:
        assert self._before is not None
        return self._before.found.state.content

    def _change(self, theirs: CalendarState) -> Change:
        found = content_differences(self._base, theirs.content)
        return Change("calendar", theirs.updated_by, theirs.updated_at, theirs.revision, found)

    async def _save(self) -> None:
        self._validation.strict = True
        content, problems = self._content.judged()
        if not _NAME.fullmatch(self._written_name):
            problems = [FieldProblem("name", _RULE), *problems]
        if content is None or problems:
            self._say(problems)
            return
        await self._try(content, self._revision)

    @property
    def _written_name(self) -> str:
        return self._name or (self._entry.value.strip() if self._entry else "")

    async def _try(self, content: CalendarContent, revision: int | None) -> None:
        self._saving = True
        name = self._written_name
        storing = self._context.uses.put_calendar(name, content, if_match=revision)
        shown_here = (CalendarChanged, CalendarNotFound, InvalidDefinition)
        try:
            stored = await self._context.tried(storing, but=shown_here)
        except CalendarChanged:
            if revision is None:
                used = f"The calendar {name} already exists. Choose another name."
                self._say([FieldProblem("name", used)])
            else:
                await self._ask_about_others(content)
        except CalendarNotFound:
            self._context.toasts.say("Someone deleted this calendar meanwhile.", tone="red")
        except InvalidDefinition as error:
            self._say(under_content(error.problems))
        else:
            if stored is not None:
                done = "Saved" if self._name else "Created"
                self._context.saved(f"{done} {name}.", f"/calendars/{name}")
        finally:
            self._saving = False

    async def _ask_about_others(self, mine: CalendarContent) -> None:
        detail = await self._context.tried(calendar_detail(self._context.temporal, self._name))
        if detail is None:
            return
        theirs = detail.found.state
        if theirs.content == self._base:
            # Its days were recomputed meanwhile, without a change by a user.
            await self._try(mine, theirs.revision)
            return
        own, both = content_differences(self._base, mine), merged(self._base, theirs.content, mine)
        choice = Choice(mine, own, both)
        ask(self._context, self._change(theirs), choice, self._try, self._start_anew)
