"""What a browser shows before Vue has started: the same frame, drawn by the style sheets alone."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

_DIRECTORY = Path(__file__).parents[1] / "static" / "styles"
#: In this order, since of two rules of equal weight the later one counts.
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
_CSS = "".join((_DIRECTORY / f"{name}.css").read_text() for name in _SHEETS)

#: Below `/ui`. Of another release it is another address, whatever a browser keeps.
STYLES = f"/static/styles.css?{sha256(_CSS.encode()).hexdigest()[:12]}"

_SCRIPTS = ("time", "parts", "tables", "state", "drafts", "keys", "session", "socket")

HEAD = (
    '<link rel="preload" href="{base}/static/fonts/inter-latin-wght-normal.woff2" as="font" '
    'type="font/woff2" crossorigin>'
    + f'<link rel="stylesheet" href="{{base}}{STYLES}">'
    + "".join(
        f'<script nonce="{{nonce}}" src="{{base}}/static/{name}.js" data-base="{{base}}"></script>'
        for name in _SCRIPTS
    )
)

BOOT = """<div id="boot" class="frame" aria-hidden="true" data-base="{base}">
<div class="side"><div class="brand">
<svg><use href="{base}/static/icons.svg#brand"></use></svg>On the Dot</div></div>
<div class="top"></div>
<div class="main"><div class="skeleton" style="height: 28px; width: 180px"></div>
<div class="skeleton" style="height: 36px; width: min(340px, 100%); margin-top: 28px"></div>
<div class="skeleton" style="height: 420px; margin-top: 14px"></div></div></div>"""


def styles(request: Request) -> Response:
    """All style sheets as one, so that a browser asks once. It may keep them for a day."""
    return Response(_CSS, media_type="text/css", headers={"Cache-Control": "public, max-age=86400"})
