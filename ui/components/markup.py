"""Plain HTML from Python: boxes, texts, links, buttons. Text is never interpreted as HTML."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from onthedot.ui.components.small import Icon

Handler = Callable[[], Awaitable[None] | None]


def box(classes: str = "", tag: str = "div") -> Element:
    """An element that contains others."""
    return ui.element(tag).classes(classes)


def text(content: str, classes: str = "", tag: str = "span") -> TextElement:
    """An element with a text."""
    return TextElement(tag=tag, text=content).classes(classes)


def named(element: Element, **attributes: Any) -> Element:
    """Sets attributes without parsing their values. `aria_label` is `aria-label`."""
    for name, value in attributes.items():
        element.props[name.rstrip("_").replace("_", "-")] = value
    return element


def href(path: str) -> str:
    """The address of one of our pages, with mount point and proxy prefix."""
    request = ui.context.client.request
    return (
        f"{request.headers.get('x-forwarded-prefix', '')}{request.scope.get('root_path', '')}{path}"
    )


def link(label: str, path: str, classes: str = "inline", *, icon: str = "") -> Element:
    """A link to a page of ours."""
    element = named(box(classes, "a"), href=href(path))
    with element:
        if icon:
            Icon(icon)
        text(label)
    return element


def outside_link(label: str, address: str, classes: str = "btn") -> Element:
    """An external link, opened in a new tab; only for web addresses."""
    safe = address if address.startswith(("http://", "https://")) else "#"
    element = named(box(classes, "a"), href=safe, target="_blank", rel="noopener noreferrer")
    with element:
        text(label)
        Icon("arrow-up-right")
    return element


def button(
    label: str,
    act: Handler,
    classes: str = "",
    *,
    icon: str = "",
    aria: str = "",
    why_not: str = "",
) -> Element:
    """A button; without a label, `aria` names it. It is disabled while it works, and always if
    `why_not` gives a reason."""
    element = named(
        box(f"btn {classes}" + ("" if label else " icon-only"), "button"), type="button"
    )
    if aria:
        named(element, aria_label=aria, title=aria)
    if why_not:
        named(element, disabled=True, title=why_not)
    with element:
        if icon:
            Icon(icon)
        if label:
            text(label)

    async def pressed() -> None:
        element.props["aria-busy"] = "true"
        try:
            result = act()
            if result is not None:
                await result
        finally:
            if not element.is_deleted:
                element.props["aria-busy"] = "false"

    element.on("click", pressed)
    return element


def locked(label: str, why_not: str, classes: str = "", *, icon: str, aria: str = "") -> Element:
    """A disabled button that says why, in place of a link that the user may not follow."""
    return button(label, lambda: None, classes, icon=icon, aria=aria, why_not=why_not)


def skeleton(height: int) -> Element:
    """A placeholder for content that is loading; `height` in pixels."""
    return named(box("skeleton").style(f"height: {height}px"), aria_hidden="true")


def card(title: str = "", *, aside: str = "", body: bool = True) -> Element:
    """A card with a heading. Returns the element for its content."""
    outer = box("card", "section")
    with outer:
        if title:
            with box("", "header"):
                text(title, tag="h2")
                if aside:
                    text(aside, "aside")
        return box("body") if body else box()


def empty(icon: str, title: str, words: str, *, page: bool = False) -> Element:
    """Shown in place of an empty list or page. Returns a row for what to do next."""
    with box("empty"):
        Icon(icon)
        text(title, tag="h1" if page else "h2")
        text(words, tag="p")
        return box("row")


@contextmanager
def fold(label: str, classes: str = "", *, opened: bool, note: str = "") -> Iterator[None]:
    """A part of a form that folds away; build its content inside the block."""
    with named(box(f"fold {classes}", "details"), open=opened):
        with box("", "summary"):
            Icon("chevron-right")
            text(label)
            if note:
                text(note, "note")
        with box("body"):
            yield


def facts(rows: list[tuple[str, str | Callable[[], Any]]]) -> None:
    """Names and values, one per line. A value is a text or a function that builds it."""
    with box("facts", "dl"):
        for name, value in rows:
            text(name, tag="dt")
            with box("", "dd"):
                if callable(value):
                    value()
                else:
                    text(value)
