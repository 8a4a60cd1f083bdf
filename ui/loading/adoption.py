"""Lets any server handle the socket of a page that another one built, so no sticky sessions are
needed.

NiceGUI keeps a page in the process that built it. If the socket reaches another process, the
browser reloads the page: behind a load balancer, forever. Here the server that gets the socket
takes the page over instead:

1. The browser sends with its socket the address of the page (`static/socket.js`) and its release.
2. A server that does not know the page builds it for that address, with the session in the
   socket's cookies, under the browser's id for it.
3. The first message on the socket empties the page in the browser; the next ones fill it again.

Until then the browser shows what the other server built, with that server's ids for handlers.
Handlers of the whole page have the same ids on every server, so an early click on a link works.
Text typed early is typed again into the same field of the new page. For a button, the page says
that nothing was done (`static/events.js`).

A page of another release, or with unsaved changes, is reloaded instead. NiceGUI does not offer any
of this; only this file uses its internals.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from nicegui import Client, core, ui
from nicegui import app as page_app
from nicegui.nicegui import _on_connect as connect_known
from starlette.requests import Request

from onthedot.ui.loading.template import NONCE

_LONGEST_ADDRESS = 4000
#: Where NiceGUI mounts its sockets below the page.
_SOCKETS = "/_nicegui_ws"
_EMPTY_PAGE = {"code": "otd.emptyPage()"}


def adopt_pages(root: Callable[[], None]) -> None:
    """Take over pages of other servers; `root` builds a page. Call this once per process."""
    release = _release()
    # Polling requests of one socket could reach different servers.
    page_app.config.socket_io_js_transports = ["websocket"]
    page_app.config.socket_io_js_query_params["release"] = release

    async def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        asked = {k: v[0] for k, v in parse_qs(environ.get("QUERY_STRING", "")).items()}
        if (
            asked.get("release") == release
            and not _is_known(asked)
            and await _adopt(environ["asgi.scope"], asked, root)
        ):
            # Before the browser considers itself connected and sends clicks.
            await core.sio.emit("run_javascript", _EMPTY_PAGE, room=sid)
        await connect_known(sid, environ, auth)

    core.sio.on("connect", connect)


def _is_known(asked: dict[str, str]) -> bool:
    """Whether this server has the page as the browser has it. Deletes an old copy of a page that
    another server has since taken over."""
    client = Client.instances.get(asked.get("client_id", ""))
    if client is None:
        return "client_id" not in asked
    wanted = asked.get("next_message_id", "0")
    kept = (client.outbox.next_message_id, *(each[0] for each in client.outbox.message_history))
    if client.has_socket_connection or wanted in map(str, kept):
        return True
    client.delete()
    return False


def name_page_listeners() -> None:
    """Give the listeners of the whole page the same ids in every process."""
    listeners, counts = ui.context.client.layout._event_listeners, Counter[str]()
    for listener in list(listeners.values()):
        del listeners[listener.id]
        counts[listener.type] += 1
        listener.id = f"{listener.type} {counts[listener.type]}"
        listeners[listener.id] = listener


async def _adopt(scope: dict[str, Any], asked: dict[str, str], root: Callable[[], None]) -> bool:
    """Take the page over; returns whether that succeeded."""
    address, next_message = asked.get("at", ""), asked.get("next_message_id", "")
    if not address.startswith("/") or len(address) > _LONGEST_ADDRESS or not next_message.isdigit():
        return False
    with Client(ui.page(""), request=_request(scope, address)) as client:
        del Client.instances[client.id]
        client.id = asked["client_id"]
        Client.instances[client.id] = client
        root()
    await client.sub_pages_router._can_resolve_full_path(client)
    client.outbox.next_message_id = int(next_message)
    return True


def _request(scope: dict[str, Any], address: str) -> Request:
    """The request of a page at this address, from the browser that opened the socket."""
    path, _, query = address.partition("?")
    root_path = scope.get("root_path", "").removesuffix(_SOCKETS)
    scheme = {"wss": "https"}.get(scope.get("scheme", ""), "http")
    changed = {"type": "http", "method": "GET", "scheme": scheme, NONCE: ""}
    where = {
        "root_path": root_path,
        "path": root_path + unquote(path),
        "raw_path": (root_path + path).encode(),
        "query_string": query.encode(),
    }
    return Request({**scope, **changed, **where})


def _release() -> str:
    """Changes whenever any file that a browser loads changes."""
    digest = hashlib.sha256(version("nicegui").encode())
    here = Path(__file__).parents[1]
    for file in sorted((*here.rglob("*.js"), *here.rglob("*.css"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
