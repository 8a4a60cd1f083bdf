"""The style sheets of `static/styles`, served as one: a browser then asks once."""

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


def styles(request: Request) -> Response:
    """All style sheets. They may be kept for a day."""
    return Response(_CSS, media_type="text/css", headers={"Cache-Control": "public, max-age=86400"})
