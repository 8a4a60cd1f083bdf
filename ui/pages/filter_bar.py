"""The filters above a list. Each change is written into the address."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from nicegui.element import Element

from onthedot.ui.components.fields.choices import ChoiceField
from onthedot.ui.components.fields.text import TagField, TextField
from onthedot.ui.components.markup import box, button, named, text
from onthedot.ui.components.small import Icon
from onthedot.ui.page_context import PageContext
from onthedot.ui.pages.list_address import ListAddress


class FilterBar:
    """`changed` is called when a filter changes."""

    def __init__(
        self, context: PageContext, address: ListAddress, changed: Callable[[], None]
    ) -> None:
        self._context = context
        self._address = address
        self._changed = changed
        self._bar = named(box("bar"), role="search")

    def add_search(self, placeholder: str) -> None:
        """Add the search field, which `/` focuses."""
        with self._bar, box("search"):
            words, search = self._address["q"], partial(self._set, "q")
            _search_field("search", "Search by words", words, placeholder, search)
            text("/", tag="kbd")

    def add_choice(
        self, key: str, label: str, options: dict[str, str], classes: str = "", none: str = ""
    ) -> None:
        """Add a choice; `none` labels the empty one, by default with the filter's own label."""
        with self._bar:
            ChoiceField(
                label,
                {"": none or label, **options},
                self._address[key],
                plain=True,
                on_change=lambda event: self._set(key, event.value),
            ).classes(classes)

    def add_tags(self) -> None:
        """Add a field for tags, completed from the existing ones."""
        with self._bar:
            TagField(
                "Tags",
                " ".join(self._address.tags),
                find=self._tags,
                on_change=lambda event: self._set("tag", event.value.strip()),
            )

    def add_end(self, **chips: str) -> None:
        """Add a chip for each filter that only an address sets (key and name), and a button that
        clears all filters."""
        with self._bar:
            for key, name in chips.items():
                if self._address[key]:
                    self._add_chip(key, name)
            with box("end"):
                go, path = self._context.go, self._address.path
                self._clear = button("Clear", lambda: go(path), "ghost", icon="x")
                self._clear.set_visibility(self._address.is_filtered)

    def _add_chip(self, key: str, name: str) -> None:
        chip: list[Element] = []

        def drop() -> None:
            chip[0].delete()
            self._set(key, "")

        said = f"{name}: {self._address[key]}"
        made = button(said, drop, "small chip-filter", aria=f"Remove {said}")
        with made:
            Icon("x")
        chip.append(made)

    def _set(self, key: str, value: str) -> None:
        if self._address.set(key, value):
            self._clear.set_visibility(self._address.is_filtered)
            self._changed()

    async def _tags(self) -> list[dict[str, object]]:
        return [each.model_dump() for each in await self._context.site.tags.all()]


def tag_bar(tag: str, placeholder: str, changed: Callable[[str], None]) -> None:
    """The filter of a page that has only tags to filter by."""
    with named(box("bar"), role="search"), box("search"):
        _search_field("tag", "Tag of the tasks", tag, placeholder, changed)


def _search_field(
    icon: str, label: str, value: str, placeholder: str, changed: Callable[[str], None]
) -> None:
    Icon(icon)
    field = TextField(
        label,
        value,
        placeholder=placeholder,
        on_change=lambda event: changed(event.value.strip()),
    )
    named(field, hideLabel=True, searching=True)
