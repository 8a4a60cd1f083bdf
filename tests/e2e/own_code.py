"""Activities and workflows of a user, for the worker under test."""

from __future__ import annotations

from temporalio import activity, workflow


@activity.defn(name="add-up")
async def add_up(first: int, second: int) -> int:
    return first + second


@workflow.defn(name="Greeting")
class Greeting:
    @workflow.run
    async def run(self, name: str) -> str:
        return f"Hello, {name}"
