"""Lets any server answer the socket of a page, whichever built the page: no sticky balancing.

NiceGUI keeps what a page shows in the process that built it, and a socket that reaches another one
makes the browser load the page again: behind a balancer, forever. Here the server that gets the
socket takes the page over instead:

1. The browser says with its socket where the page is (`static/socket.js`) and of which release.
2. A server that does not know the page builds it for that address, in the name of whoever the
   socket's own cookies speak for, under the id by which the browser knows it.
3. What the socket brings first empties the page in the browser; what follows fills it again.

Until then the browser shows what the other server built, and knows its handlers by that server's
ids. Those that belong to the whole page have the same ids at every server, so a link that is
clicked early leads on. What is typed early is typed again into the same field of the new page, and
of a button the page says that nothing was done (`static/events.js`).

A page of another release, or with changes that are not saved, is loaded again instead. NiceGUI
offers nothing of this: what is used of its inside is in this file alone.
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
    """Take over pages of other servers; `root` builds a page. To be called once a process."""
    release = _release()
    # Requests of one socket that go to different servers would make no socket.
    page_app.config.socket_io_js_transports = ["websocket"]
    page_app.config.socket_io_js_query_params["release"] = release

    async def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        asked = {k: v[0] for k, v in parse_qs(environ.get("QUERY_STRING", "")).items()}
        if (
            asked.get("release") == release
            and not _is_known(asked)
            and await _adopt(environ["asgi.scope"], asked, root)
        ):
            # Before the browser takes itself for connected, and says what was clicked.
            await core.sio.emit("run_javascript", _EMPTY_PAGE, room=sid)
        await connect_known(sid, environ, auth)

    core.sio.on("connect", connect)


def _is_known(asked: dict[str, str]) -> bool:
    """Whether this server has the page as the browser has it; what is left of one that another
    server took over since is thrown away."""
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
    """Give what listens to the whole page of this client the same ids in every process."""
    listeners, counts = ui.context.client.layout._event_listeners, Counter[str]()
    for listener in list(listeners.values()):
        del listeners[listener.id]
        counts[listener.type] += 1
        listener.id = f"{listener.type} {counts[listener.type]}"
        listeners[listener.id] = listener


async def _adopt(scope: dict[str, Any], asked: dict[str, str], root: Callable[[], None]) -> bool:
    """Whether the page was taken over."""
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
    """Changes with whatever a browser has loaded once it shows a page."""
    digest = hashlib.sha256(version("nicegui").encode())
    here = Path(__file__).parents[1]
    for file in sorted((*here.rglob("*.js"), *here.rglob("*.css"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
