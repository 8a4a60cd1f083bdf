"""Where the page is: REST leaves these paths to it, and it has limits and headers of its own."""

from __future__ import annotations

PAGE = "/ui"

#: For a year, a browser that was here over TLS does not come without. This host alone: what others
#: of the domain do is not ours to say.
HSTS = "max-age=31536000"


def belongs_to_page(path: str) -> bool:
    """Whether the page answers a request for this path."""
    return path == PAGE or path.startswith(f"{PAGE}/")
