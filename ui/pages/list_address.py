"""The state of a list in its address: filters, order and page, and whatever is unknown in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from urllib.parse import urlencode

#: The valid values of a key: a collection, a test, or (None) anything.
Known = Collection[str] | Callable[[str], bool] | None

_LONGEST_PAGE = 6


class ListAddress:
    """The address of a list. It holds every choice, so that it can be bookmarked and shared."""

    def __init__(self, path: str, query: Mapping[str, str], known: Mapping[str, Known]) -> None:
        self.path = path
        self._known = known
        self._given = dict(query)
        self._values = {key: query.get(key, "") for key in known}
        written = query.get("page", "1")
        plain = written.isdecimal() and len(written) <= _LONGEST_PAGE and int(written) > 0
        self.page = int(written) if plain else 1
        self._no_page = "" if plain else written

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    @property
    def tags(self) -> tuple[str, ...]:
        """The chosen tags; blanks or commas separate them in the address."""
        return tuple(dict.fromkeys(self["tag"].replace(",", " ").split()))

    @property
    def is_filtered(self) -> bool:
        """Whether anything but an order is chosen."""
        return any(value for key, value in self._values.items() if key != "sort")

    def set(self, key: str, value: str) -> bool:
        """Choose another value, and return to the first page; returns whether that changed
        anything."""
        if self._values[key] == value:
            return False
        self._values[key] = value
        # The chosen value is valid, and any unknown parts of the address are dropped.
        self._given = dict(self._values)
        self.page, self._no_page = 1, ""
        return True

    def __str__(self) -> str:
        given = {key: value for key, value in self._values.items() if value}
        if self.page > 1:
            given["page"] = str(self.page)
        return f"{self.path}?{urlencode(given)}" if given else self.path

    @property
    def first_page(self) -> str:
        """The address of the first page."""
        given = {key: value for key, value in self._values.items() if value}
        return f"{self.path}?{urlencode(given)}"

    def unknown(self) -> str:
        """A sentence about the first unknown part of the address; empty if all are known."""
        if self._no_page:
            return f"There is no page “{self._no_page}”"
        for key, value in self._given.items():
            if key == "page":
                continue
            if key not in self._known:
                return f"There is no filter “{key}”"
            if value and not _is_known(self._known[key], value):
                name = {"sort": "order"}.get(key, key)
                if key in ("since", "until"):
                    return f"“{value}” is not a time"
                return f"There is no {name} “{value}”"
        return ""


def _is_known(known: Known, value: str) -> bool:
    if known is None:
        return True
    return known(value) if callable(known) else value in known
