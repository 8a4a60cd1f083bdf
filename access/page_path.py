"""Where the page is: REST leaves these paths to it, and it has limits and headers of its own."""

from __future__ import annotations

PAGE = "/ui"


def belongs_to_page(path: str) -> bool:
    """Whether the page answers a request for this path."""
    return path == PAGE or path.startswith(f"{PAGE}/")
