"""Static files, each at an address that changes with its content.

So a browser keeps a file for a year, but never shows a page with the files of another release.
While servers of two releases run side by side, one may be asked for a file of the other. It
responds with its own, which the browser must not keep.
"""

from __future__ import annotations

import mimetypes
from hashlib import sha256
from pathlib import Path

from nicegui import __version__ as nicegui_version
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(__file__).parents[1] / "static"

_FOREVER = "public, max-age=31536000, immutable"
_A_DAY = "public, max-age=86400"
#: Asked for again each time.
_NEVER = "no-cache"

#: Browsers read them as one, in this order: of two rules of equal weight the later one counts.
_SHEETS = (
    "theme",
    "base",
    "frame",
    "head",
    "login",
    "cards",
    "parts",
    "dialogs",
    "fields",
    "choices",
    "filter_bar",
    "views/tables",
    "views/chosen",
    "views/charts",
    "views/narrow_tables",
    "views/palette",
    "views/incidents",
    "views/output",
    "views/terminal",
    "views/workers",
    "views/rows",
    "views/calendars",
    "views/forecast",
)
#: In this order, because each may use what the ones before it define.
_SCRIPTS = ("time", "parts", "tables", "state", "drafts", "keys", "session", "events", "socket")

_JOINED = {
    "styles.css": "".join((STATIC / "styles" / f"{name}.css").read_text() for name in _SHEETS),
    "scripts.js": "\n".join((STATIC / f"{name}.js").read_text() for name in _SCRIPTS),
}
_FILES = (file for file in STATIC.rglob("*") if file.is_file())
_DIGESTS = {
    name: sha256(content).hexdigest()[:12]
    for name, content in (
        *((file.relative_to(STATIC).as_posix(), file.read_bytes()) for file in _FILES),
        *((name, text.encode()) for name, text in _JOINED.items()),
    )
}


def address(name: str) -> str:
    """The address of a file, below `/ui`. `name` is its path below `static/`, or a joined file's
    name."""
    return f"/static/{name}?{_DIGESTS[name]}"


class OwnFiles(StaticFiles):
    """The files in `static/`, and `styles.css` and `scripts.js`, each joined from several."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The response, with how long browsers may keep it."""
        name = Path(path).as_posix()
        if name in _JOINED:
            kind, _ = mimetypes.guess_type(name)
            response = Response(_JOINED[name], media_type=kind)
        else:
            response = await super().get_response(path, scope)
        asked = scope["query_string"].decode("latin-1")
        known = _DIGESTS.get(name)
        kept = _A_DAY if not asked else _FOREVER if asked == known else _NEVER
        response.headers["Cache-Control"] = kept
        return response


class KeptFiles:
    """Lets browsers keep NiceGUI's files, whose addresses contain its version.

    NiceGUI itself does so only if it is not mounted below a path.
    """

    _FILES = f"/_nicegui/{nicegui_version}/"

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and say how long browsers may keep the file."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        _, found, name = path.partition(self._FILES)
        if scope["type"] != "http" or not found or name.startswith("dynamic_resources/"):
            await self._app(scope, receive, send)
            return
        # Our components' addresses change when they are installed, not with their content.
        kept = _A_DAY if name.startswith("components/") else _FOREVER

        async def with_age(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (200, 304):
                MutableHeaders(scope=message)["Cache-Control"] = kept
            await send(message)

        await self._app(scope, receive, with_age)
