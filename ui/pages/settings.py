"""The installation: Temporal, workers, versions, keys."""

from __future__ import annotations

import platform
from datetime import timedelta

from nicegui.element import Element

from onthedot.access.identity import Via
from onthedot.access.page_path import PAGE
from onthedot.service.overview import health
from onthedot.ui.components.markup import (
    box,
    card,
    facts,
    href,
    named,
    outside_link,
    skeleton,
    text,
)
from onthedot.ui.components.sign_out import sign_out
from onthedot.ui.components.small import ThemeSwitch
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.workers import show_workers
from onthedot.ui.watches import Seen
from onthedot.ui.wording.values import human
from onthedot.version import version

_VIA = {
    Via.TOKEN: "a token",
    Via.OIDC: "single sign-on",
    Via.LOOPBACK: "a call from this machine, without a token",
}

_KEYS = (
    ("Ctrl K", "Go to any task or page"),
    ("n", "New task"),
    ("/", "Search"),
    ("↓ ↑", "Move through a list; Enter opens, Space chooses"),
    ("Ctrl Enter", "Save a form"),
    ("Esc", "Close what is open"),
)


def settings_page(context: PageContext, query: dict[str, str]) -> None:
    """Build the page."""
    temporal = context.site.temporal
    with box("head"), box("titles"):
        text("Settings", tag="h1")
        text("Set by the environment when the server starts; shown here for checking.", "sub", "p")
    may_read = not context.why_not("read_settings")
    with box("grid two"):
        if may_read:
            state, workers = _show_installation(context)
        with card("You"):
            identity = context.session.identity
            facts(
                [
                    ("Name", identity.name),
                    ("Role", identity.role.value),
                    ("May do", identity.role.meaning),
                    ("Known by", _VIA[identity.via]),
                ]
            )
        with card("Versions"):
            facts(
                [
                    ("On the Dot", version("onthedot")),
                    ("Temporal SDK", version("temporalio")),
                    ("NiceGUI", version("nicegui")),
                    ("Python", platform.python_version()),
                ]
            )
        with card("Look"), box("stack snug"):
            text("Light, dark, or the system's theme. This browser remembers it.", "muted")
            with box().style("max-width: 220px"):
                ThemeSwitch()
            if context.session.number:
                sign_out(context.session.identity)
        with card("Keyboard"), box("facts", "dl"):
            for key, words in _KEYS:
                with box("", "dt"):
                    text(key, tag="kbd")
                text(words, tag="dd")
        with card("For programs"), box("stack snug"):
            text("Everything here can be done over REST too.", "muted")
            with box("row"):
                root = href("").removesuffix(PAGE)
                with named(box("btn", "a"), href=f"{root}/docs", target="_blank"):
                    text("REST reference")
                with named(box("btn", "a"), href=f"{root}/openapi.json", target="_blank"):
                    text("OpenAPI")

    def show(seen: Seen[health.SystemHealth]) -> None:
        _temporal(state, seen, context)

    if may_read:
        context.live(
            "workers",
            context.site.workers.read,
            lambda seen: show_workers(workers, seen.value),
            every=timedelta(seconds=3),
        )
        context.live("health", lambda: health.check(temporal), show, every=timedelta(seconds=3))


def _show_installation(context: PageContext) -> tuple[Element, Element]:
    """What concerns operators; returns the places for Temporal's state and for the workers."""
    settings = context.site.settings
    with card("Temporal"):
        state = box()
        with state:
            skeleton(120)
    with card("Workers"):
        workers = box()
        with workers:
            skeleton(120)
    with card("Tasks"):
        facts(
            [
                ("Finished tasks and runs", f"kept for {human(settings.retention)}"),
                (
                    "Commands",
                    "on" if settings.allow_commands else "off, by the server's own settings",
                ),
                ("Hosts allowed", ", ".join(settings.allow_hosts) or "by the default rules"),
                ("Hosts denied", ", ".join(settings.deny_hosts) or "only by the default rules"),
                ("Modules", ", ".join(settings.modules) or "none"),
                ("Who may call", _callers(context)),
            ]
        )
    return state, workers


def _temporal(place: Element, seen: Seen[health.SystemHealth], context: PageContext) -> None:
    place.clear()
    found = seen.value
    with place, box("stack snug"):
        facts(
            [
                ("State", lambda: text(*_state(seen))),
                ("Address", context.site.temporal.address),
                ("Namespace", context.site.temporal.client.namespace),
                ("Task queue", context.site.temporal.task_queue),
                ("Waiting for a worker", f"{found.backlog:,}" if found else "–"),
            ]
        )
        with box("row"):
            outside_link("Temporal Web UI", context.site.settings.temporal_ui)


def _state(seen: Seen[health.SystemHealth]) -> tuple[str, str]:
    if seen.error is not None:
        return "Away", "pill red"
    return ("Reachable", "pill green") if seen.value else ("Asking", "pill")


def _callers(context: PageContext) -> str:
    settings = context.site.settings
    named_so = [f"{token.name} ({token.role})" for token in settings.api_tokens]
    known_to = [f"users of {settings.oidc_issuer}"] if settings.single_sign_on else []
    return ", ".join(named_so + known_to) or "this machine only, without a token"
