"""Mounts the page at `/ui` of the server, guarded, with its static files."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from nicegui import app as page_app
from nicegui import core, ui
from nicegui.events import GenericEventArguments

from onthedot.access.page_path import PAGE
from onthedot.service.calendars.drafts import CalendarDrafts
from onthedot.service.incidents.incidents import IncidentReader
from onthedot.service.output.following import Following
from onthedot.service.overview.due_next import DueReader
from onthedot.service.overview.forecasts import Forecasts
from onthedot.service.overview.overview import OverviewReader
from onthedot.service.overview.workers import WorkersReader
from onthedot.service.tasks.lists.kept_counts import KeptCounts
from onthedot.service.tasks.lists.known_tags import KnownTags
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from onthedot.ui.access.entrance import entrance
from onthedot.ui.access.gate import Gate
from onthedot.ui.access.headers import PageHeaders
from onthedot.ui.access.sessions import Sessions
from onthedot.ui.frame import build_frame
from onthedot.ui.loading.adoption import adopt_pages, name_page_listeners
from onthedot.ui.loading.static_files import STATIC, KeptFiles
from onthedot.ui.loading.template import put_nonces
from onthedot.ui.page_context import SiteContext


def mount(app: FastAPI, settings: Settings, temporal: Temporal, sessions: Sessions) -> None:
    """Serve the page from `app`. Call this once per process: NiceGUI has a single page app."""
    incidents: IncidentReader = app.state.incidents
    forecasts: Forecasts = app.state.forecasts
    following: Following = app.state.following
    workers: WorkersReader = app.state.workers
    counts: KeptCounts = app.state.counts
    overview, due = OverviewReader(temporal, counts), DueReader(temporal)
    tags: KnownTags = app.state.tags
    drafts: CalendarDrafts = app.state.calendar_drafts
    site = SiteContext(
        temporal,
        settings,
        counts,
        overview,
        due,
        incidents,
        forecasts,
        following,
        workers,
        drafts,
        tags,
    )
    put_nonces()
    # The middleware added last runs first, so responses that the gate refuses get the headers too.
    page_app.add_middleware(Gate, sessions=sessions, entrance=entrance(sessions))
    page_app.add_middleware(PageHeaders)
    page_app.add_middleware(KeptFiles)
    # The page's own requests use the socket: a loading bar for others would only be in the way.
    page_app.config.quasar_config["loadingBar"] = {"skipHijack": True}
    # NiceGUI's default accepts sockets from any web page; the library's own check ignores TLS.
    core.sio.eio.cors_allowed_origins = _is_own

    def root() -> None:
        session = sessions.of(ui.context.client.request.cookies)
        if session is None:
            return

        def renewed(event: GenericEventArguments) -> None:
            if not sessions.take(session, str(event.args)):
                ui.navigate.reload()

        ui.on("otd_renewed", renewed)
        build_frame(site, session)
        name_page_listeners()

    adopt_pages(root)
    ui.run_with(
        app,
        root=root,
        title="On the Dot",
        favicon=STATIC / "favicon.svg",
        dark=None,
        language="en-US",
        mount_path=PAGE,
        tailwind=False,
        binding_refresh_interval=None,
        reconnect_timeout=20,
        message_history_length=200,
        show_welcome_message=False,
    )


def _is_own(origin: str | None, environ: dict[str, Any]) -> bool:
    return origin is None or urlsplit(origin).netloc == environ.get("HTTP_HOST")
