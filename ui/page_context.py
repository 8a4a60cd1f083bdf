"""What every page works with: the use cases, the session, the messages in the corner."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import available_timezones

from nicegui import ui
from nicegui.element import Element

from onthedot.access.roles import needed
from onthedot.scheduling.errors import OnTheDotError
from onthedot.scheduling.stored.live import Registered
from onthedot.service.calendars.drafts import CalendarDrafts
from onthedot.service.incidents.incidents import IncidentReader
from onthedot.service.output.following import Following
from onthedot.service.overview.due_next import DueReader
from onthedot.service.overview.forecasts import Forecasts
from onthedot.service.overview.overview import OverviewReader
from onthedot.service.overview.workers import WorkersReader
from onthedot.service.runs.listing import RunList
from onthedot.service.tasks.lists.kept_counts import KeptCounts
from onthedot.service.tasks.lists.known_tags import KnownTags
from onthedot.service.tasks.lists.listing import TaskList
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from onthedot.ui.access.sessions import Session, SignedOut
from onthedot.ui.components.notices.staleness import Staleness
from onthedot.ui.components.notices.toasts import Toasts
from onthedot.ui.use_cases import UseCases
from onthedot.ui.watches import Live, Seen, Watches
from onthedot.ui.wording.errors import plainly

T = TypeVar("T")


@dataclass
class SiteContext:
    """What all pages of this process share."""

    temporal: Temporal
    settings: Settings
    counts: KeptCounts
    overview: OverviewReader
    due: DueReader
    incidents: IncidentReader
    forecasts: Forecasts
    following: Following
    workers: WorkersReader
    calendar_drafts: CalendarDrafts
    tags: KnownTags
    watches: Watches = field(default_factory=Watches)
    names: tuple[datetime, Registered] | None = None
    """What the workers have registered, and when that was asked."""


@dataclass
class PageContext:
    """One open page. Every use of a service first checks that the session is still valid."""

    site: SiteContext
    session: Session
    toasts: Toasts
    staleness: Staleness
    overlay: Element
    """Where questions are asked: what is redrawn meanwhile does not take them away."""
    memory: dict[str, dict[int, str | None]] = field(default_factory=dict)
    """The cursors of the pages of long lists, by the list's address and the page's number."""

    address: str = ""
    """Where the browser is, for the audit."""

    zone: str = ""
    """The reader's own zone, once it is known."""

    @property
    def uses(self) -> UseCases:
        """The use cases that change something. Each checks session and role when it is used."""
        return UseCases(self.site.temporal, self.session, self.address)

    def why_not(self, call: str) -> str:
        """Why the user may not make this call; empty if they may."""
        return "" if self.session.identity.may(call) else f"Needs the role {needed(call)}"

    @property
    def temporal(self) -> Temporal:
        """The connection to Temporal. Raises SignedOut."""
        self.session.check()
        return self.site.temporal

    @property
    def task_list(self) -> TaskList:
        """The list of tasks. Raises SignedOut."""
        return TaskList(self.temporal)

    @property
    def run_list(self) -> RunList:
        """The execution log. Raises SignedOut."""
        return RunList(self.temporal)

    @property
    def forecasts(self) -> Forecasts:
        """Forecasts. Raises SignedOut."""
        self.session.check()
        return self.site.forecasts

    @property
    def calendar_drafts(self) -> CalendarDrafts:
        """Previews of unsaved calendars. Raises SignedOut."""
        self.session.check()
        return self.site.calendar_drafts

    async def tried(self, work: Awaitable[T], *, but: tuple[type[Exception], ...] = ()) -> T | None:
        """The result of `work`; if it fails, None and a message that says why.

        Raises only the types in `but`.
        """
        try:
            return await work
        except but:
            raise
        except SignedOut:
            self.sign_in()
        except OnTheDotError as error:
            self.toasts.say(plainly(error), tone="red")
        return None

    def live(
        self,
        key: Hashable,
        fetch: Callable[[], Awaitable[T]],
        show: Callable[[Seen[T]], Any],
        *,
        every: timedelta = timedelta(seconds=2),
    ) -> Live[T]:
        """Keep the part of the page that is being built up to date while the session is valid."""

        shown: list[Seen[T]] = []

        def guarded(seen: Seen[T]) -> None:
            if self.session.stands:
                if shown[:1] and shown[0] is seen:
                    return
                shown[:] = [seen]
                failed = seen.error is not None and seen.value is not None
                self.staleness.mark(key, stale=failed)
                show(seen)
            else:
                live.stop()
                self.sign_in()

        live = Live(self.site.watches, key, fetch, guarded, every=every, start=False)
        live.start()
        return live

    async def learn_zone(self) -> None:
        """Ask the browser for the reader's zone, unless it is known."""
        await ui.context.client.connected()
        if not self.zone:
            said = await ui.run_javascript("otd.zone", timeout=5)
            self.zone = said if said in available_timezones() else "UTC"

    async def typed(self, form: str) -> dict[str, Any]:
        """The kept input of a form with this name from before the page was reloaded. From now on
        the browser keeps its input."""
        await ui.context.client.connected()
        begin = f"otd.drafts.begin({json.dumps(form)})"
        kept = await ui.run_javascript(begin, timeout=5)
        return kept if isinstance(kept, dict) else {}

    def sign_in(self) -> None:
        """Go to the sign-in page."""
        self.script("location.reload()")

    def go(self, path: str) -> None:
        """Go to another page."""
        with self.overlay:
            ui.navigate.to(path)

    def script(self, code: str) -> None:
        """Run a script of ours in the page. Insert users' text only as JSON."""
        self.overlay.client.run_javascript(code)

    def changed(self) -> None:
        """Show a change at once, and again when lists have caught up."""
        self.site.watches.hurry()
        asyncio.get_running_loop().call_later(0.4, self.site.watches.hurry)

    def saved(self, words: str, path: str) -> None:
        """A form was saved: say so, forget its kept input, and go to its page."""
        self.script("otd.setUnsaved(false); otd.drafts.end()")
        self.toasts.say(words)
        self.changed()
        self.go(path)
