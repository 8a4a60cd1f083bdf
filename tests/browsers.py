"""The Chromium that the tests use."""

from __future__ import annotations

import os
import shutil

#: The shell first: it has the same engine, and no window of its own to draw, which takes a whole
#: browser as long as the pages.
_PROGRAMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
NO_CHROMIUM = "NO BROWSER: install Chromium, or name one with CHROMIUM=/path/to/chromium"


def chromium() -> str | None:
    """The program that `CHROMIUM` names, or else the first that is installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _PROGRAMS)), None)
