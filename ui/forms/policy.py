"""The policies of the form: retries, timeouts, overlap. Collapsed, since the defaults usually
suffice."""

from __future__ import annotations

from typing import Any

from onthedot.scheduling.policy import OverlapPolicy
from onthedot.scheduling.task import TaskDefinition
from onthedot.ui.components.fields.choices import ChoiceField
from onthedot.ui.components.fields.text import TextField
from onthedot.ui.components.markup import box, fold
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
        label, note = "Retries, timeouts, overlap and notification", "The defaults suit most tasks"
        with fold(label, opened=changed, note=note), box("fields"):
            self._attempts = TextField(
                "Attempts",
                str(retry.max_attempts),
                at="retry.max_attempts",
                kind="number",
                hint="The total number of attempts; 1 for no retry.",
                form=fields,
            )
            self._overlap = ChoiceField(
                "If the last run is still in progress",
                {each.value: OVERLAP[each] for each in OverlapPolicy},
                given["overlap"].value,
                at="overlap",
                form=fields,
            )
            self._times = {
                "timeout": TextField(
                    "Timeout of one attempt", human(given["timeout"]), at="timeout", form=fields
                ),
                "deadline": TextField(
                    "Deadline of the whole run",
                    human(given["deadline"]),
                    at="deadline",
                    hint="From the due time, including the wait for a worker.",
                    form=fields,
                ),
                "catchup_window": TextField(
                    "If missed, run up to this late",
                    human(given["catchup_window"]),
                    at="catchup_window",
                    hint="After an outage.",
                    form=fields,
                ),
            }
            self._waits = {
                "initial_interval": TextField(
                    "First wait between attempts",
                    human(retry.initial_interval),
                    at="retry.initial_interval",
                    form=fields,
                ),
                "max_interval": TextField(
                    "Longest wait", human(retry.max_interval), at="retry.max_interval", form=fields
                ),
            }
            self._backoff = TextField(
                "Each wait is multiplied by", f"{retry.backoff:g}", at="retry.backoff", form=fields
            )
            notify = given["notify"]
            self._notify = notify
            self._url = TextField(
                "Call this URL when it fails",
                notify.url if notify else "",
                at="notify.url",
                hint="The request has the run as JSON. Also called on recovery, and for "
                "missed runs.",
                form=fields,
            )
            self._after = TextField(
                "After so many failures in a row",
                str(notify.after if notify else 1),
                at="notify.after",
                kind="number",
                form=fields,
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
