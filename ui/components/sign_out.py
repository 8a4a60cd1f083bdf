"""The sign-out, if users sign in."""

from __future__ import annotations

from onthedot.access.identity import Identity
from onthedot.ui.components.markup import box, href, named, text
from onthedot.ui.components.small import Icon


def sign_out(identity: Identity) -> None:
    """The user's name and role, and a button that ends the session in every tab."""
    with named(box("who small muted"), title=identity.role.meaning):
        text(f"{identity.name}, {identity.role}")
    form = named(box("", "form"), method="post", action=href("/logout"))
    with form, named(box("btn ghost small", "button"), type="submit"):
        Icon("log-out")
        text("Sign out")
