"""The way out, where there is a way in."""

from __future__ import annotations

from onthedot.ui.components.markup import box, href, named, text
from onthedot.ui.components.small import Icon


def sign_out(name: str) -> None:
    """A button that ends the session of this name, in every tab."""
    form = named(box("", "form"), method="post", action=href("/logout"))
    with form, named(box("btn ghost small", "button"), type="submit"):
        Icon("log-out")
        text(f"Sign out {name}")
