"""`onthedot server`: REST and the page, in one ASGI app."""

from __future__ import annotations

import signal

import uvicorn

import ui
from api.app import create_app
from processes.ports import listen
from settings import Settings, require_tokens_beyond_loopback

#: What requests that are under way get when the server stops, in seconds.
_GRACE_SECONDS = 2


def run(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT. Raises SettingsError, or StartError for a busy port."""
    require_tokens_beyond_loopback(settings)
    app = create_app(settings)
    ui.mount(app, settings)
    socket = listen(settings.host, settings.port, "--port")
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level=settings.log_level,
        # It would log query strings, and with them what people search for.
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    # Uvicorn raises the signal again once it has served; that must not end us before our exit.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config).run(sockets=[socket])
