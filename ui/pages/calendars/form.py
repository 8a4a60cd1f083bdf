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
from onthedot.ui.components.dialogs.dialogs import LeaveQuestion
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.components.markup import box, button, card, link, named, text
from onthedot.ui.components.small import Icon
from onthedot.ui.forms.fields import TO_FIRST_ERROR, Fields
from onthedot.ui.forms.following import Following
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.calendars import conflict
from onthedot.ui.pages.calendars.draft_panel import DraftPanel
from onthedot.ui.pages.calendars.fields.content import ContentPart, under_content
from onthedot.ui.pages.calendars.months import year_of
from onthedot.ui.pages.calendars.reads import CalendarDetail, calendar_detail
from onthedot.ui.watches import Seen
from onthedot.ui.wording.errors import plainly

#: Seconds between a keystroke and its effect.
_PAUSE = 0.25
#: Stands for the name of an unnamed calendar; it is not a valid name.
_NEW = "(new)"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_RULE = (
    "Use 1 to 64 lowercase letters, digits, dots, dashes and underscores; start with a letter or "
    "digit."
)
_A_FEED = "A worker reads the feed once it is saved; its days then show on the calendar's page."


class CalendarForm:
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
        self._context = context
        self._before = before
        self._name = before.found.state.name if before else ""
        self._names = [each for each in names if each != self._name]
        self._typed = typed
        self._saving = False
        self._following = Following(self._follow)
        self._fields = Fields(self._changed, context.zone or "UTC")
        today = context.site.temporal.now().date()
        self._panel = DraftPanel(today, year_of(query.get("year", ""), today), before)
        self._revision = before.found.state.revision if before else None

    def build(self) -> None:
        """Build the form, and the panels next to it and below it."""
        self._build_head()
        self._restored, self._meanwhile = box(), box()
        if self._before is not None:
            self._follow_others()
        with box("grid main-aside" if self._before else "stack"):
            with box("stack"):
                self._build_fields()
                self._panel.build_months()
            with box("stack"):
                self._panel.build_side()
        LeaveQuestion()
        if self._typed and self._fields.restore(self._typed):
            self._changed()
            with self._restored, named(box("banner"), role="status"):
                Icon("rotate-ccw")
                text("The page was reloaded. What you had typed is back.", "grow")
                button("Start afresh", self._start_anew, "small")
        self._follow_soon(0)

    def _build_head(self) -> None:
        back = f"/calendars/{self._name}" if self._name else "/calendars"
        with box("head sticky"):
            with box("titles"):
                link(self._name or "Calendars", back, "crumb", icon="chevron-left")
                text(f"Edit {self._name}" if self._name else "New calendar", tag="h1")
            with box("actions"):
                link("Cancel", back, "btn ghost")
                why_not = self._context.why_not("put_calendar")
                label = "Save" if self._name else "Create calendar"
                save = button(label, self._save, "primary", icon="check", why_not=why_not)
                named(save, data_save="", title=why_not or "Ctrl Enter")

    def _build_fields(self) -> None:
        before = self._before
        self._entry: TextField | None = None
        if before is None:
            with card("What it is called"):
                self._entry = self._fields.add(
                    TextField(
                        "Name",
                        at="name",
                        mono=True,
                        placeholder="it",
                        hint="It cannot be changed later. Lowercase letters, digits, dots, dashes "
                        "and underscores.",
                    )
                )
        with card("Which days it holds"):
            content = before.found.state.content if before else None
            self._content = ContentPart(self._fields, self._changed, content, self._names)

    def _changed(self, at: str = "") -> None:
        if not self._following.touched:
            self._context.script("otd.setUnsaved(true)")
        self._following.touched.add(at)
        self._follow_soon(_PAUSE)

    def _follow_soon(self, pause: float) -> None:
        self._following.soon(pause, self._restored)

    async def _follow(self) -> None:
        content, problems = self._content.judged()
        if content is not None:
            problems = await self._preview(content)
        else:
            self._panel.show_days(None, "Its days show here once the fields above are filled in.")
        self._fields.say(self._following.due(problems))

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
        """Show if someone else changes the calendar that is being edited."""
        told, base = [self._revision], self._base

        def show(seen: Seen[CalendarDetail | None]) -> None:
            if seen.value is None or self._saving:
                return
            theirs = seen.value.found.state
            if theirs.revision in told or theirs.content == base:
                return
            told.append(theirs.revision)
            self._meanwhile.clear()
            with self._meanwhile:
                conflict.show_notice(base, theirs, self._start_anew)

        temporal, name = self._context.site.temporal, self._name
        self._context.live(("calendar", name), lambda: calendar_detail(temporal, name), show)

    @property
    def _base(self) -> CalendarContent:
        assert self._before is not None
        return self._before.found.state.content

    def _start_anew(self) -> None:
        self._context.script("otd.setUnsaved(false); otd.drafts.end(); location.reload()")

    async def _save(self) -> None:
        self._following.strict = True
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
        conflict.ask(self._context, self._base, theirs, mine, self._try, self._start_anew)

    def _say(self, problems: Sequence[FieldProblem]) -> None:
        self._following.stop()
        for problem in self._fields.say(problems)[:3]:
            self._context.toasts.say(problem.message, tone="red")
        self._context.script(TO_FIRST_ERROR)
