"""Loads users' own activities and workflows from the modules in ONTHEDOT_MODULES."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from temporalio import activity, workflow

from onthedot.processes import StartError

#: The prefix of the project's own activity and workflow names.
RESERVED = "onthedot."


@dataclass(frozen=True)
class UserCode:
    """What was found, in the order of the modules."""

    activities: tuple[Callable[..., Any], ...] = ()
    workflows: tuple[type, ...] = ()
    activity_names: tuple[str, ...] = ()
    workflow_names: tuple[str, ...] = ()


def load(modules: Sequence[str]) -> UserCode:
    """Imports `modules` and collects their `@activity.defn` and `@workflow.defn`.

    Modules in the working directory take precedence over installed ones. Raises StartError if a
    module cannot be imported, defines neither, or uses a reserved name.
    """
    if modules:
        _look_here_first(str(Path.cwd()))
    activities: dict[str, Callable[..., Any]] = {}
    workflows: dict[str, type] = {}
    for name in modules:
        module = _import(name)
        found_activities, found_workflows = _activities(module), _workflows(module)
        if not found_activities and not found_workflows:
            raise StartError(
                f"The module {name} in ONTHEDOT_MODULES has no function marked @activity.defn and "
                f"no class marked @workflow.defn."
            )
        for reserved in (*found_activities, *found_workflows):
            if reserved.startswith(RESERVED):
                raise StartError(
                    f"The name {reserved!r} in the module {name} is reserved. Choose one that does "
                    f"not start with {RESERVED!r}."
                )
        activities.update(found_activities)
        workflows.update(found_workflows)
    return UserCode(
        tuple(activities.values()), tuple(workflows.values()), tuple(activities), tuple(workflows)
    )


def _look_here_first(here: str) -> None:
    """Put the working directory before installed packages, but after the standard library."""
    installed = (n for n, path in enumerate(sys.path) if path.endswith("-packages"))
    if here not in sys.path:
        sys.path.insert(next(installed, len(sys.path)), here)


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise StartError(
            f"The module {name} in ONTHEDOT_MODULES cannot be imported "
            f"({type(error).__name__}: {error}). Fix it, or remove it."
        ) from error


def _activities(module: ModuleType) -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for _, function in inspect.getmembers(module, inspect.isroutine):
        definition = activity._Definition.from_callable(function)
        if definition and definition.name:
            found[definition.name] = function
    return found


def _workflows(module: ModuleType) -> dict[str, type]:
    found: dict[str, type] = {}
    for _, kind in inspect.getmembers(module, inspect.isclass):
        definition = workflow._Definition.from_class(kind)
        if definition and definition.name:
            found[definition.name] = kind
    return found
