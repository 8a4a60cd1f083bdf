"""The policies of the form: retries, timeouts, overlap. Collapsed, since the defaults usually
suffice."""

from __future__ import annotations

from typing import Any

from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.task import TaskDefinition
from onthedot.ui.components.fields.choices import ChoiceField
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.components.markup import box, named, text
from onthedot.ui.components.small import Icon
from onthedot.ui.forms.fields import Fields
from onthedot.ui.pages.task.details import OVERLAP
from onthedot.ui.wording.values import as_value, human

_DEFAULTS = {
    name: TaskDefinition.model_fields[name].default for name in TaskDefinition.model_fields
}


class PolicyPart:
    """The fields of a task's policies; `value` holds those that differ from the defaults."""

    def __init__(self, fields: Fields, before: TaskDefinition | None) -> None:
        given = {name: getattr(before, name) if before else _DEFAULTS[name] for name in _NAMES}
        retry = given["retry"]
        changed = before is not None and any(given[name] != _DEFAULTS[name] for name in _NAMES)
        with named(box("fold", "details"), open=changed):
            with box("", "summary"):
                Icon("chevron-right")
                text("Retries, timeouts, overlap and notification")
                text("The defaults suit most tasks", "note")
            with box("body"), box("fields"):
                self._attempts = fields.add(
                    TextField(
                        "Attempts",
                        str(retry.max_attempts),
                        at="retry.max_attempts",
                        kind="number",
                        hint="The total number of attempts; 1 for no retry.",
                    )
                )
                self._overlap = fields.add(
                    ChoiceField(
                        "If the last run is still in progress",
                        {each.value: OVERLAP[each] for each in OverlapPolicy},
                        given["overlap"].value,
                        at="overlap",
                    )
                )
                self._times = {
                    "timeout": fields.add(
                        TextField("Timeout of one attempt", human(given["timeout"]), at="timeout")
                    ),
                    "deadline": fields.add(
                        TextField(
                            "Deadline of the whole run",
                            human(given["deadline"]),
                            at="deadline",
                            hint="From the due time, including the wait for a worker.",
                        )
                    ),
                    "catchup_window": fields.add(
                        TextField(
                            "If missed, run up to this late",
                            human(given["catchup_window"]),
                            at="catchup_window",
                            hint="After an outage.",
                        )
                    ),
                }
                self._waits = {
                    "initial_interval": fields.add(
                        TextField(
                            "First wait between attempts",
                            human(retry.initial_interval),
                            at="retry.initial_interval",
                        )
                    ),
                    "max_interval": fields.add(
                        TextField(
                            "Longest wait", human(retry.max_interval), at="retry.max_interval"
                        )
                    ),
                }
                self._backoff = fields.add(
                    TextField(
                        "Each wait is multiplied by",
                        f"{retry.backoff:g}",
                        at="retry.backoff",
                    )
                )
                notify = given["notify"]
                self._notify = notify
                self._url = fields.add(
                    TextField(
                        "Call this URL when it fails",
                        notify.url if notify else "",
                        at="notify.url",
                        hint="The request has the run as JSON. Also called on recovery, and for "
                        "missed runs.",
                    )
                )
                self._after = fields.add(
                    TextField(
                        "After so many failures in a row",
                        str(notify.after if notify else 1),
                        at="notify.after",
                        kind="number",
                    )
                )

    def value(self) -> dict[str, Any]:
        """The policies in REST's form, without those that equal the default."""
        retry: dict[str, Any] = {}
        if self._attempts.value.strip() != str(_RETRY.max_attempts):
            retry["max_attempts"] = _number(self._attempts.value)
        for name, field in self._waits.items():
            if field.value != human(getattr(_RETRY, name)):
                retry[name] = as_value(field.value)
        if self._backoff.value.strip() != f"{_RETRY.backoff:g}":
            retry["backoff"] = _number(self._backoff.value)
        given: dict[str, Any] = {"retry": retry} if retry else {}
        for name, field in self._times.items():
            if field.value != human(_DEFAULTS[name]):
                given[name] = as_value(field.value)
        if self._overlap.value != _DEFAULTS["overlap"].value:
            given["overlap"] = self._overlap.value
        if url := self._url.value.strip():
            # Headers and the like, which the form does not show, stay as they were.
            kept = self._notify.model_dump(mode="json") if self._notify else {}
            given["notify"] = {**kept, "url": url, "after": _number(self._after.value)}
        return given


_NAMES = ("timeout", "deadline", "retry", "overlap", "catchup_window", "notify")
_RETRY = _DEFAULTS["retry"]


def _number(written: str) -> float | int | str:
    try:
        value = float(written)
    except ValueError:
        return written
    return int(value) if value == int(value) else value
