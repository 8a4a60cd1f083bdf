"""Server-sent events, line by line, as far as the server uses them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ServerEvent:
    """One event. `id` is where a stream can be resumed; empty if there is none."""

    name: str
    data: str
    id: str


class EventLines:
    """Assembles events from the lines of a stream."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}

    def feed(self, line: str) -> ServerEvent | None:
        """The event that ends with this line, if one does."""
        if line:
            name, _, value = line.partition(":")
            self._fields[name] = value.removeprefix(" ")
            return None
        fields, self._fields = self._fields, {}
        if "data" not in fields:
            return None
        return ServerEvent(fields.get("event", "message"), fields["data"], fields.get("id", ""))
