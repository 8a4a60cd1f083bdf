"""`/docs`: the OpenAPI document to browse and try, served without outside requests."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from starlette.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

_FILES = Path(__file__).parents[2] / "static"

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False)


def mount(app: FastAPI) -> None:
    """Add the page and its files to the app."""
    app.include_router(router)
    app.mount("/docs/static", StaticFiles(directory=_FILES), name="docs")


@router.get("/")
async def home() -> Response:
    """Redirect to the page for people."""
    return RedirectResponse("/ui")


@router.get("/ui")
async def page_root() -> Response:
    """The page is mounted there."""
    return RedirectResponse("/ui/")


@router.get("/docs")
async def page() -> Response:
    """The page."""
    return Response(
        (_FILES / "docs.html").read_bytes(),
        media_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": _CSP},
    )
