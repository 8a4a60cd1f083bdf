"""Completes and validates definitions for registration, and recognises repeated requests."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from onthedot.scheduling.calendars.days import NO_CALENDARS, CalendarDays, calendars_of
from onthedot.scheduling.checking.action import check_action
from onthedot.scheduling.checking.trigger import settle_trigger
from onthedot.scheduling.errors import FieldProblem, InvalidDefinition
from onthedot.scheduling.search import calendar_labels
from onthedot.scheduling.task import NewTask, TaskDefinition


def settle(
    definition: TaskDefinition,
    *,
    task_id: str,
    now: datetime,
    calendars: CalendarDays = NO_CALENDARS,
) -> TaskDefinition:
    """The definition to store: validated, with absolute times and a name.

    `calendars` are the existing ones among those that its trigger names.

    Raises:
        InvalidDefinition: with every invalid field.
    """
    problems: list[FieldProblem] = []
    trigger = definition.trigger
    try:
        trigger = settle_trigger(
            trigger,
            now=now,
            catchup_window=definition.catchup_window,
            key=task_id,
            calendars=calendars,
        )
    except InvalidDefinition as error:
        problems.extend(error.problems)
    problems.extend(check_action(definition.action))
    if definition.notify is not None:
        problems.extend(check_action(definition.notify.action(), where="notify"))
    problems.extend(_labels(definition))
    if (size := len(definition.model_dump_json().encode())) > _MOST:
        problems.append(
            FieldProblem("action", f"is {size} bytes of JSON; at most {_MOST} are allowed")
        )
    if not definition.timeout:
        problems.append(FieldProblem("timeout", "must be longer than zero; PT30S is the default"))
    if not definition.deadline:
        problems.append(FieldProblem("deadline", "must be longer than zero; PT1H is the default"))
    if problems:
        raise InvalidDefinition(*problems)
    known = {"name": definition.name or task_id, "trigger": trigger}
    return TaskDefinition.part_of(definition).model_copy(update=known)


#: Temporal accepts 2,048 bytes of JSON in ASCII as one search attribute.
_MOST_TAGS = 2000
#: The same including a task's calendars; each tag takes another byte there.
_MOST_LABELS = 1900

#: Temporal accepts payloads of 2 MiB; a task's also contains its journal.
_MOST = 1024 * 1024


def _labels(definition: TaskDefinition) -> Iterator[FieldProblem]:
    """Problems of names and tags: as search attributes they may not have control characters."""
    for field, text in (
        ("name", definition.name),
        *((f"tags.{n}", tag) for n, tag in enumerate(definition.tags)),
    ):
        if any(unicodedata.category(character) == "Cc" for character in text):
            yield FieldProblem(field, "cannot hold control characters")
    names = calendars_of(definition.trigger)
    labels = [*definition.tags, *calendar_labels(definition, dict.fromkeys(names, 1))]
    room = _MOST_LABELS if names else _MOST_TAGS
    if len(json.dumps(labels)) > room:
        yield FieldProblem("tags", f"are longer than {_MOST_TAGS} bytes of JSON together")


@dataclass(frozen=True)
class Idempotency:
    """Digests of an Idempotency-Key and of its body; empty without a key."""

    key: str = ""
    body: str = ""

    @classmethod
    def of(cls, key: str, new: NewTask) -> Idempotency:
        """The digests of a registration."""
        if not key:
            return cls()
        return cls(_digest(key), _digest(new.model_dump_json()))

    def __str__(self) -> str:
        return f"{self.key}:{self.body}" if self.key else ""

    def same_key(self, stored: str) -> bool:
        """Whether the task that stored these digests was registered with this key."""
        return bool(self.key) and stored.partition(":")[0] == self.key


def generated_id(now: datetime, idempotency: Idempotency, token: str) -> str:
    """An id for a task without one: derived from its key, so that a repeat finds the first task;
    else ordered by time, with `token` to distinguish those of one millisecond."""
    if idempotency.key:
        return f"t-{idempotency.key}"
    return f"t-{int(now.timestamp() * 1000):012x}-{token}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
