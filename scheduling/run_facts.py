"""Facts about a run, and references to them in an action's arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from onthedot.scheduling.run import RunCause
from onthedot.scheduling.values import format_instant

#: An argument `{"$run": "scheduled_for"}` is replaced by the run's value.
REFERENCE = "$run"

#: The facts that arguments can refer to: those that are the same for every attempt.
FACTS = ("task_id", "run_id", "scheduled_for", "cause", "idempotency_key")

#: Each value may be some hundred bytes longer than its reference.
MOST_REFERENCES = 64


@dataclass(frozen=True)
class RunFacts:
    """The facts that are the same for every attempt of a run."""

    task_id: str
    run_id: str
    scheduled_for: datetime
    cause: RunCause

    def as_json(self) -> dict[str, str]:
        """By the names in `FACTS`, as JSON values."""
        return {
            "task_id": self.task_id,
            "run_id": self.run_id,
            "scheduled_for": format_instant(self.scheduled_for),
            "cause": self.cause.value,
            "idempotency_key": self.run_id,
        }


def filled_in(value: JsonValue, facts: Mapping[str, str]) -> JsonValue:
    """`value` with each valid reference replaced by the run's fact."""
    match value:
        case {"$run": str(name), **others} if not others and name in facts:
            return facts[name]
        case dict():
            return {key: filled_in(inner, facts) for key, inner in value.items()}
        case list():
            return [filled_in(inner, facts) for inner in value]
        case _:
            return value


def reference_problems(arguments: Sequence[JsonValue]) -> Iterator[tuple[str, str]]:
    """Each invalid reference: its location, and the fix."""
    found = 0
    places: list[tuple[str, JsonValue]] = [(str(n), value) for n, value in enumerate(arguments)]
    while places:
        where, value = places.pop()
        if isinstance(value, list):
            places.extend((f"{where}.{n}", inner) for n, inner in enumerate(value))
        if not isinstance(value, dict):
            continue
        if REFERENCE not in value:
            places.extend((f"{where}.{key}", inner) for key, inner in value.items())
            continue
        found += 1
        if problem := _problem(value):
            yield where, problem
    if found > MOST_REFERENCES:
        yield "", f"contain {REFERENCE!r} {found} times; at most {MOST_REFERENCES} are allowed."


def _problem(reference: Mapping[str, JsonValue]) -> str:
    name = reference[REFERENCE]
    if len(reference) > 1:
        return f"has {REFERENCE!r} and other fields; a reference has only that field."
    if name == "attempt":
        return (
            "cannot be filled in: arguments are the same for every attempt. The activity or "
            "workflow reads it with onthedot.current_run()."
        )
    if name not in FACTS:
        return f"{REFERENCE!r} must be one of {', '.join(FACTS)}."
    return ""
