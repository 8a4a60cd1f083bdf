"""REST as one ASGI app.

A request passes, in this order: trusted proxies, the access log, the origin of Temporal's Web UI,
unexpected errors, the audit log, authentication, the caller's role, the limits of a body, the
methods of an address, and then the route.
"""

from __future__ import annotations

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute

from onthedot.access.oidc.provider import Provider
from onthedot.api import errors
from onthedot.api.deps import each_parameter_once
from onthedot.api.documented import describe, operation_id
from onthedot.api.middleware.access_log import AccessLog
from onthedot.api.middleware.audited import Audited
from onthedot.api.middleware.enough_rights import CallNames, EnoughRights
from onthedot.api.middleware.headers import SafeHeaders
from onthedot.api.middleware.limits import BodyLimit, JsonOnly
from onthedot.api.middleware.methods import Methods
from onthedot.api.middleware.security import SignedIn, WhoMayCall, nobody
from onthedot.api.middleware.trusted_proxies import TrustedProxies
from onthedot.api.middleware.web_ui_origin import WebUiOrigin
from onthedot.api.routes import calendars, definition_parts, forecast, freezes, incidents
from onthedot.api.routes.runs import backfills, output, runs
from onthedot.api.routes.runs import bulk as bulk_runs
from onthedot.api.routes.server import access, docs, health
from onthedot.api.routes.tasks import batch, changes, ledger, revisions, schema, tasks
from onthedot.api.routes.tasks import bulk as bulk_tasks
from onthedot.service.archive.listing import ArchivedRuns
from onthedot.service.calendars.drafts import CalendarDrafts
from onthedot.service.incidents.incidents import IncidentReader
from onthedot.service.output.following import Following
from onthedot.service.overview.feed import Feeds
from onthedot.service.overview.fleet import FleetReader
from onthedot.service.overview.forecasts import Forecasts
from onthedot.service.overview.workers import WorkersReader
from onthedot.service.tasks.lists.kept_counts import KeptCounts
from onthedot.service.tasks.lists.known_tags import KnownTags
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from onthedot.version import version

_ROUTERS = (
    tasks.router,
    batch.router,
    bulk_tasks.router,
    changes.router,
    revisions.router,
    backfills.router,
    ledger.router,
    incidents.router,
    runs.router,
    output.router,
    bulk_runs.router,
    definition_parts.router,
    calendars.router,
    forecast.router,
    freezes.router,
    access.router,
    schema.router,
    health.router,
)
_TAGS = [
    {"name": "tasks", "description": "Tasks: what runs, and when."},
    {"name": "runs", "description": "What ran: the execution log."},
    {"name": "ledger", "description": "What happened at each instant, and why."},
    {"name": "incidents", "description": "What went wrong, over all tasks."},
    {"name": "backfills", "description": "Runs of past occurrences, on request."},
    {"name": "triggers", "description": "When something would run."},
    {"name": "calendars", "description": "Named days that triggers skip or are limited to."},
    {"name": "freezes", "description": "Windows in which no task starts."},
    {"name": "actions", "description": "What a task does."},
    {"name": "access", "description": "Who the caller is, and what it may do."},
    {"name": "health", "description": "Health, metrics and workers."},
]


def create_app(
    settings: Settings,
    temporal: Temporal,
    signed_in: SignedIn = nobody,
    provider: Provider | None = None,
) -> FastAPI:
    """The REST surface over one Temporal. The client may be lazy: while Temporal is unavailable,
    calls get a 503. The page may be mounted at `/ui`; `/` redirects to it.

    Args:
        signed_in: Who is signed in on the page, by a request's cookies.
        provider: The identity provider whose tokens are accepted too (OpenID Connect).
    """
    app = FastAPI(
        title="On the Dot",
        summary="Scheduled tasks over REST, stored and run by Temporal.",
        description="Times are RFC 3339: requests may use any offset, responses are in UTC. "
        "Durations are ISO 8601 (`PT30S`); requests may also use a number of seconds. "
        "Unknown fields are rejected. Errors are problem documents "
        "(RFC 9457) with a stable `type`.",
        version=version(),
        openapi_tags=_TAGS,
        generate_unique_id_function=operation_id,
        dependencies=[Depends(each_parameter_once)],
        docs_url=None,
        redoc_url=None,
        # GET /tasks/{id} with an empty id must not become the list.
        redirect_slashes=False,
    )
    app.state.temporal = temporal
    app.state.following = Following(temporal)
    app.state.archive = ArchivedRuns(temporal, settings.archive)
    app.state.workers = WorkersReader(temporal)
    fleet = FleetReader(temporal)
    app.state.forecasts = Forecasts(temporal, fleet)
    app.state.calendar_drafts = CalendarDrafts(temporal, fleet)
    app.state.feeds = Feeds(temporal, fleet)
    app.state.incidents = IncidentReader(temporal)
    app.state.tags = KnownTags(temporal)
    app.state.counts = KeptCounts(temporal)
    for router in _ROUTERS:
        app.include_router(router)
    docs.mount(app)
    errors.install(app)
    describe(app, with_tokens=settings.guarded)
    routes = calls()
    names = CallNames(routes)
    # The one added last sees a request first.
    app.add_middleware(Methods, routes=routes)
    app.add_middleware(JsonOnly)
    app.add_middleware(BodyLimit, most=settings.max_body_bytes)
    app.add_middleware(EnoughRights, names=names)
    app.add_middleware(WhoMayCall, settings=settings, signed_in=signed_in, provider=provider)
    app.add_middleware(Audited, names=names)
    app.add_middleware(errors.LastResort)
    app.add_middleware(SafeHeaders)
    app.add_middleware(WebUiOrigin, web_ui=settings.temporal_ui)
    app.add_middleware(AccessLog)
    app.add_middleware(TrustedProxies, networks=settings.trusted_proxies)
    return app


def calls() -> list[APIRoute]:
    """The route of every call, including those that are not in the OpenAPI document."""
    routes = [r for router in (*_ROUTERS, docs.router) for r in router.routes]
    return [r for r in routes if isinstance(r, APIRoute)]
