"""The path of the page, which has its own limits and headers, apart from REST."""

from __future__ import annotations

PAGE = "/ui"

#: For a year, browsers that used TLS here always do. This host only: its subdomains are not ours.
HSTS = "max-age=31536000"


def belongs_to_page(path: str) -> bool:
    """Whether this path belongs to the page."""
    return path == PAGE or path.startswith(f"{PAGE}/")
