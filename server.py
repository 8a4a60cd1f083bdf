"""`onthedot server`: REST and the page, in one ASGI app."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from pathlib import Path

import uvicorn

from onthedot.access.oidc.provider import Provider
from onthedot.agent_tools import over_http
from onthedot.api.app import create_app
from onthedot.encryption.keys import configured
from onthedot.plugin import OnTheDotPlugin
from onthedot.processes import event_loop
from onthedot.processes.connections import BoundedHttp
from onthedot.processes.ports import listen
from onthedot.processes.tls import Certificate
from onthedot.service.archive.exporter import Exporter
from onthedot.service.incidents.incidents import IncidentReader
from onthedot.service.temporal.calls import Temporal
from onthedot.service.temporal.connection import connect
from onthedot.service.zone_rules import watch_zone_rules
from onthedot.settings import PREFIX, Settings, SettingsError, require_tokens_beyond_loopback
from onthedot.ui.access.sessions import Sessions
from onthedot.ui.mounting import mount

_LOG = logging.getLogger("onthedot")

#: How long requests in progress may take when the server stops, in seconds.
_GRACE_SECONDS = 2

#: How long an idle connection is kept, in seconds.
_KEEP_ALIVE_SECONDS = 75


def run(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT.

    Raises SettingsError, or StartError for a busy port or an unusable certificate."""
    require_tokens_beyond_loopback(settings)
    tls = Certificate.of(settings.tls_cert, settings.tls_key)
    listening = listen(settings.host, settings.port, "--port")
    # Uvicorn raises the signal again once it has served; that must not end us before our exit.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    event_loop.run(_serve(settings, listening, tls))


async def _serve(settings: Settings, listening: socket.socket, tls: Certificate | None) -> None:
    keyring = configured(settings)
    # Lazy, so that the server can report that Temporal is unavailable.
    client = await connect(settings, plugins=[OnTheDotPlugin(keyring=keyring)], lazy=True)
    temporal = Temporal(client, settings)
    if settings.guarded and not settings.session_key:
        _LOG.warning(
            "ONTHEDOT_SESSION_KEY is not set: users of the page have to sign in again after a "
            "restart, and at each server."
        )
    provider = Provider(settings.oidc_issuer) if settings.single_sign_on else None
    sessions = Sessions(settings, provider)
    app = create_app(settings, temporal, sessions.identity_of, provider)
    over_http.mount(app, version=app.version)
    mount(app, settings, temporal, sessions)
    config = uvicorn.Config(
        app,
        ssl_context_factory=(lambda *_: tls.context) if tls else None,
        # Only ONTHEDOT_TRUSTED_PROXIES decides which proxies to trust.
        proxy_headers=False,
        http=BoundedHttp,
        log_config=None,
        # It would log query strings, which contain what people search for.
        access_log=False,
        server_header=False,
        # Longer than clients keep an idle connection: a client that sends on a connection just
        # closed sees an error, and cannot know whether its task was registered.
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    incidents: IncidentReader = app.state.incidents
    beside = [watch_zone_rules(), incidents.keep_at_hand()]
    if tls:
        beside.append(tls.keep_fresh())
    if settings.archive is not None:
        beside.append(_exporter(temporal, settings.archive).keep_on())
    running = [asyncio.create_task(each) for each in beside]
    await uvicorn.Server(config).serve(sockets=[listening])
    for each in running:
        each.cancel()


def _exporter(temporal: Temporal, directory: Path) -> Exporter:
    try:
        return Exporter(temporal, directory)
    except OSError as error:
        raise SettingsError(f"{PREFIX}ARCHIVE: {directory}: {error.strerror}.") from None
