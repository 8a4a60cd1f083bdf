"""The fields of an HTTP call."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from onthedot.scheduling.action import Action, HttpAction
from onthedot.ui.components.fields.choices import ChoiceField, Segments
from onthedot.ui.components.fields.text import PairsField, TextField
from onthedot.ui.components.markup import box, named, text
from onthedot.ui.forms.fields import (
    FieldError,
    Fields,
    as_pairs,
    json_text,
    json_value,
    listed,
    pairs_value,
)

_METHODS = {name: name for name in ("POST", "GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")}


class HttpFields:
    """Method, URL, headers, a JSON or text body, and the statuses that mean success."""

    def __init__(self, fields: Fields, given: Action | None, changed: Callable[[], None]) -> None:
        before = given if isinstance(given, HttpAction) else HttpAction(url=".")
        self._changed = changed
        with box("method-url"):
            self._method = ChoiceField(
                "Method", _METHODS, before.method, at="action.method", form=fields
            )
            self._url = TextField(
                "URL",
                before.url if before is given else "",
                at="action.url",
                mono=True,
                placeholder="https://example.com/hook",
                form=fields,
            )
        headers = as_pairs(before.headers)
        self._headers = PairsField(
            "Header", headers, at="action.headers", name="Name", add="Add header", form=fields
        )
        self._add_body(fields, before)
        statuses = ", ".join(map(str, before.expect_status or ()))
        self._expect = TextField(
            "Statuses that mean success",
            statuses,
            at="action.expect_status",
            hint="Such as 200, 201 or 200-299. If empty: 200 to 399.",
            optional=True,
            form=fields,
        )

    def value(self) -> dict[str, Any]:
        """The action, without its kind. Raises FieldError."""
        given: dict[str, Any] = {"method": self._method.value, "url": self._url.value.strip()}
        if headers := pairs_value(self._headers):
            given["headers"] = headers
        body = (self._body.value or None) if self._as_text else json_value(self._body)
        if body is not None:
            given["body"] = body
        if self._expect.value.strip():
            given["expect_status"] = _statuses(self._expect)
        return given

    def _add_body(self, fields: Fields, before: HttpAction) -> None:
        body = before.body
        self._as_text = isinstance(body, str)
        self._body = TextField(
            "Body",
            body if isinstance(body, str) else json_text(body),
            at="action.body",
            mono=True,
            rows=6,
            optional=True,
            full=True,
            placeholder='{"hello": "world"}',
            on_change=lambda _: self._check_body(),
            form=fields,
        )
        with box("row").style("margin-top: -8px"):
            Segments(
                "Body is",
                (("json", "JSON", ""), ("text", "Text", "")),
                "text" if self._as_text else "json",
                at="action.body is",
                small=True,
                on_change=lambda event: self._body_is(event.value),
                form=fields,
            )
            tidy = named(box("btn small ghost", "button"), type="button").on("click", self._tidy)
            with tidy:
                text("Tidy up")

    def _body_is(self, kind: str) -> None:
        self._as_text = kind == "text"
        self._check_body()
        self._changed()

    def _check_body(self) -> None:
        written = self._body.value.strip()
        try:
            if written and not self._as_text:
                json.loads(written)
                size = len(written.encode())
                self._body.advise(f"Valid JSON, {size:,} bytes", good=True)
                return
        except ValueError:
            # The error says what is wrong.
            pass
        self._body.advise()

    def _tidy(self) -> None:
        if not self._as_text:
            try:
                self._body.set_value(json_text(json_value(self._body)))
            except FieldError as error:
                self._body.say(error.problem.message)


def _statuses(field: TextField) -> list[int]:
    found: list[int] = []
    for part in listed(field.value):
        first, dash, last = part.partition("-")
        if not first.strip().isdigit() or (dash and not last.strip().isdigit()):
            raise FieldError(
                field.at, f"{part!r} is not a status. Write one such as 200 or 200-299."
            )
        found.extend(range(int(first), min(int(last if dash else first), 999) + 1))
    return found
