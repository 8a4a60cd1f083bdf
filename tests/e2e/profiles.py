"""Browser profiles without cookies or storage, but with our scripts cached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error

WIDE = {"width": 1280, "height": 860}
NARROW = {"width": 390, "height": 844}

#: All but what was fetched.
_LEFT = "local_storage,indexeddb,service_workers,cache_storage,file_systems"


@dataclass(frozen=True)
class Profile:
    """A context, lent to one test at a time."""

    context: BrowserContext
    kind: tuple[bool, bool]


class Profiles:
    """Contexts, by phone or desktop and by theme."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._kept: list[Profile] = []

    def lend(self, *, phone: bool, dark: bool) -> Profile:
        """A context that no other test uses."""
        kind = (phone, dark)
        for profile in self._kept:
            if profile.kind == kind:
                self._kept.remove(profile)
                return profile
        size: Any = NARROW if phone else WIDE
        context = self._browser.new_context(
            viewport=size,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            timezone_id="Europe/Rome",
            locale="en-GB",
            reduced_motion="reduce",
        )
        return Profile(context, kind)

    def take_back(self, profile: Profile, origin: str) -> None:
        """Empty it for the next test. `origin` is the only one whose pages it has opened."""
        context = profile.context
        try:
            session = context.new_cdp_session(context.pages[0])
            left = {"origin": origin, "storageTypes": _LEFT}
            session.send("Storage.clearDataForOrigin", left)
            for page in context.pages:
                page.close()
            context.clear_cookies()
            context.clear_permissions()
        except (Error, IndexError):
            context.close()
            return
        self._kept.append(profile)

    def close(self) -> None:
        for profile in self._kept:
            profile.context.close()
        self._kept.clear()
