"""A part of a form whose fields depend on the chosen kind of trigger, action or calendar."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol

from onthedot.ui.components.fields.choices import Segments
from onthedot.ui.components.markup import box
from onthedot.ui.forms.fields import Fields

#: REST's name of a kind, its label, and its icon.
Kinds = tuple[tuple[str, str, str], ...]


class KindFields(Protocol):
    """The fields of one kind."""

    def value(self) -> dict[str, Any]:
        """The value, without its kind. Raises FieldError."""


class KindPart(ABC):
    """A switch between kinds, and the fields of the one that is chosen.

    Args:
        kind: the first choice; the first of `kinds` if there is no such kind.
        at: the field of the definition.
    """

    def __init__(
        self,
        fields: Fields,
        changed: Callable[[], None],
        label: str,
        kinds: Kinds,
        kind: str,
        *,
        default: str,
        at: str,
    ) -> None:
        self._fields = fields
        self._changed = changed
        self._at = at
        self._kind = kind if kind in {name for name, _, _ in kinds} else default
        Segments(
            label,
            kinds,
            self._kind,
            at=at,
            on_change=lambda event: self._switch(event.value),
            form=fields,
        )
        self._place = box("stack").style("margin-top: 16px")
        self._shown = self._build()

    def value(self) -> dict[str, Any]:
        """The part in REST's form. Raises FieldError."""
        return {"kind": self._kind, **self._shown.value()}

    @abstractmethod
    def _fields_of(self, kind: str) -> KindFields:
        """Build the fields of this kind at the current place."""

    def _switch(self, kind: str) -> None:
        self._kind = kind
        self._shown = self._build()
        self._changed()

    def _build(self) -> KindFields:
        self._fields.forget(self._at)
        self._place.clear()
        with self._place:
            return self._fields_of(self._kind)
