"""The frame around every page: navigation, palette, banner, messages. Pages change inside it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote
from zoneinfo import available_timezones

from nicegui import ui
from nicegui.element import Element

from onthedot.access.roles import needed
from onthedot.service.overview import health
from onthedot.ui.access.sessions import Session
from onthedot.ui.components.dialogs.dialogs import KeyHelp, Palette
from onthedot.ui.components.markup import box, href, link, locked, named, text
from onthedot.ui.components.notices.freeze_banner import watch_freezes
from onthedot.ui.components.notices.staleness import Staleness
from onthedot.ui.components.notices.toasts import Toasts
from onthedot.ui.components.sign_out import sign_out
from onthedot.ui.components.small import Icon, ThemeSwitch
from onthedot.ui.loading.boot import BOOT, HEAD
from onthedot.ui.loading.template import NONCE
from onthedot.ui.page_context import PageContext, SiteContext
from onthedot.ui.pages.palette import found_for, palette_pages
from onthedot.ui.routes import show_pages
from onthedot.ui.watches import Live, Seen
from onthedot.ui.wording.errors import is_away

PAGES = (
    ("/", "Overview", "layout-dashboard"),
    ("/incidents", "Incidents", "circle-alert"),
    ("/tasks", "Tasks", "list-checks"),
    ("/runs", "Runs", "history"),
    ("/calendars", "Calendars", "calendar"),
    ("/forecast", "Forecast", "activity"),
    ("/freezes", "Freezes", "ban"),
    ("/settings", "Settings", "settings"),
)
#: Not in the bar at the bottom of a phone: the palette and the overview lead there.
_NOT_BELOW = {"/calendars", "/forecast", "/freezes"}
_EVERY = timedelta(seconds=3)


def build_frame(site: SiteContext, session: Session) -> None:
    """Build the page for one browser tab."""
    base = href("")
    nonce = ui.context.client.request.scope[NONCE]
    _leave_one_main()
    ui.add_head_html(HEAD.format(base=base, nonce=nonce))
    ui.add_body_html(BOOT.format(base=base))
    with box("frame"):
        skip = named(box("skip", "button"), type="button")
        skip.on("click", js_handler="() => document.getElementById('main').focus()")
        with skip:
            text("Skip to content")
        places = _side(site, session)
        with box("top", "header"):
            _brand()
            with named(box("find", "button"), type="button") as find:
                Icon("search")
                text("Search")
                named(text("Ctrl K", tag="kbd"), aria_hidden="true")
            find.on("click", js_handler="() => dispatchEvent(new Event('otd-palette'))")
            if session.identity.may("create_task"):
                new = named(box("btn primary new", "a"), href=href("/new"), data_key="n")
                with named(new, aria_label="New task"):
                    Icon("plus")
                    text("New task")
            else:
                why_not = f"Needs the role {needed('create_task')}"
                locked("New task", why_not, "primary new", icon="plus")
        with named(box("main", "main"), id="main", tabindex="-1"):
            banner, freezes, stale = box(), box(), box()
            content = box()
        places.append(_bottom())
        toasts, overlay = Toasts(), box()
    context = PageContext(
        site,
        session,
        toasts,
        Staleness(stale, content),
        overlay,
        zone=_zone(),
        address=_address(),
    )
    Palette(palette_pages(context, PAGES), lambda typed: found_for(context, typed))
    KeyHelp()
    page = ui.context.client
    page.on_connect(lambda: site.watches.connected(page, connected=True))
    page.on_disconnect(lambda: site.watches.connected(page, connected=False))
    ui.on("otd_looked", lambda event: site.watches.looked_at(page, looked=bool(event.args)))
    _watch_health(context, banner)
    watch_freezes(context, freezes)
    router = ui.context.client.sub_pages_router
    router.on_path_changed(lambda path: _mark(places, path))
    router.on_path_changed(lambda _: _arrived(context))
    _mark(places, router.current_path)
    with content:
        show_pages(context)


def _leave_one_main() -> None:
    """Make ours the only `main` element: NiceGUI puts one around everything."""
    slot = ui.context.client.content.parent_slot
    if slot is not None:
        slot.parent.tag = "div"


def _arrived(context: PageContext) -> None:
    context.overlay.clear()
    context.staleness.clear()
    context.script("otd.arrived()")


def _address() -> str:
    client = ui.context.client.request.client
    return client.host if client else ""


def _zone() -> str:
    """The reader's zone, from a cookie that the browser sends after its first visit; else empty."""
    named_zone = unquote(ui.context.client.request.cookies.get("onthedot_zone", ""))
    return named_zone if named_zone in available_timezones() else ""


def _brand() -> None:
    with named(box("brand", "a"), href=href("/")):
        Icon("brand")
        text("On the Dot")


def _side(site: SiteContext, session: Session) -> list[dict[str, Element]]:
    with box("side", "aside"):
        _brand()
        with named(box("nav", "nav"), aria_label="Pages"):
            places = {path: link(label, path, "", icon=icon) for path, label, icon in PAGES}
        with box("foot"):
            beat = named(box("beat", "a"), href=href("/settings"))
            Live(
                site.watches,
                "health",
                lambda: health.check(site.temporal),
                lambda seen: _beat(beat, seen),
                every=_EVERY,
            )
            if session.number:
                sign_out(session.identity)
            keys = named(box("btn ghost small", "button"), type="button")
            keys.on("click", js_handler="() => dispatchEvent(new Event('otd-keys'))")
            with keys:
                Icon("keyboard")
                text("Keys", "grow")
                text("?", tag="kbd")
            ThemeSwitch()
    return [places]


def _bottom() -> dict[str, Element]:
    with named(box("bottom", "nav"), aria_label="Pages, below"):
        return {
            path: link(label, path, "", icon=icon)
            for path, label, icon in PAGES
            if path not in _NOT_BELOW
        }


def _mark(places: list[dict[str, Element]], path: str) -> None:
    plain = path.partition("?")[0].rstrip("/") or "/"
    for links in places:
        for page, element in links.items():
            here = plain == page or (page != "/" and plain.startswith(f"{page}/"))
            here = here or (page, plain) in {("/tasks", "/new"), ("/calendars", "/new-calendar")}
            element.classes(add="here" if here else "", remove="" if here else "here")
            if here:
                element.props["aria-current"] = "page"
            else:
                element.props.pop("aria-current", None)
                element.update()


def _beat(beat: Element, seen: Seen[health.SystemHealth]) -> None:
    count = len(seen.value.ready) if seen.value else 0
    if seen.error is not None:
        tone, words = "red", "Temporal unavailable"
    elif not count:
        tone, words = "amber", "No worker"
    else:
        tone, words = "green", f"{count} {'worker' if count == 1 else 'workers'} ready"
    if beat.props.get("data-said") == words:
        return
    beat.props["data-said"] = words
    beat.clear()
    with beat:
        box(f"dot {tone}")
        text(words)


def _watch_health(context: PageContext, banner: Element) -> None:
    shown: list[str] = []

    def show(seen: Seen[health.SystemHealth]) -> None:
        words, tone = _trouble(seen)
        if shown[:1] == [words]:
            return
        if shown[:1] and shown[0] and not words:
            context.toasts.say("Everything works again.")
        shown[:] = [words]
        banner.clear()
        if words:
            with banner, named(box(f"banner {tone}"), role="alert"):
                Icon("triangle-alert")
                text(words)

    with banner.parent_slot or banner:
        Live(
            context.site.watches,
            "health",
            lambda: health.check(context.site.temporal),
            show,
            every=_EVERY,
        )


def _trouble(seen: Seen[health.SystemHealth]) -> tuple[str, str]:
    if is_away(seen.error):
        return (
            "Temporal cannot be reached. What you see may be out of date; this page recovers "
            "automatically.",
            "red",
        )
    if seen.error is not None:
        return str(seen.error), "red"
    if seen.value is not None and not seen.value.ready:
        return "No worker is polling: nothing runs until one starts (onthedot worker).", ""
    return "", ""
