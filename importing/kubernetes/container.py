"""Converts a CronJob's container to a command, and notes what is lost of its pod."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from onthedot.importing.collector import Entry
from onthedot.importing.yaml_source import Located

_POD = ("spec", "jobTemplate", "spec", "template", "spec")
_REFERENCE = re.compile(r"\$(\$\(\w+\)|\((\w+)\))", re.ASCII)
#: Parts of a pod that say where and how it runs, which is the worker's deployment here.
_STAYS = (
    "volumes",
    "serviceAccountName",
    "nodeSelector",
    "tolerations",
    "affinity",
    "securityContext",
    "initContainers",
    "imagePullSecrets",
)
_CONTAINER_STAYS = ("volumeMounts", "resources", "envFrom", "securityContext", "lifecycle")


def container_action(job: Located, entry: Entry) -> tuple[dict[str, Any], int]:
    """The action of a CronJob, and the line that it comes from."""
    containers = list(job.items(*_POD, "containers"))
    line = job.line_of(*_POD, "containers")
    for name in _STAYS:
        if job.at(*_POD, name) not in (None, [], {}):
            where = job.line_of(*_POD, name)
            entry.lost(where, f"{name}: it belongs to the worker's own pod here.")
    for extra in containers[1:]:
        entry.lost(extra.line, "A task runs one container's command, the first one's.")
    if not containers:
        entry.lost(line, "No container: the task writes a line to the log instead.")
        return _placeholder(entry.id, "no container"), line
    first = containers[0]
    image = first.text("image") or "an image"
    for name in _CONTAINER_STAYS:
        if first.at(name) not in (None, [], {}):
            where = first.line_of(name)
            entry.lost(where, f"{name}: it belongs to the worker's own pod here.")
    if not first.sequence("command"):
        entry.lost(
            first.line_of("image"),
            f"The program is the entry point of {image}, which the manifest does not name: the "
            f"task writes a line to the log instead. Put the action in its place.",
        )
        return _placeholder(entry.id, image), first.line
    entry.changed(
        first.line_of("image"),
        f"Ran in {image}; here it runs on the worker, which needs the program.",
    )
    environment = _environment(first, entry)
    plain = {k: v for k, v in environment.items() if isinstance(v, str)}
    argv = []
    for name in ("command", "args"):
        for n, each in enumerate(first.sequence(name)):
            if not isinstance(each, str | int | float):
                entry.lost(first.line_of(name, n), f"An element of {name} is not text.")
                continue
            argv.append(_expanded(str(each), plain))
            if any(ref and ref not in plain for _, ref in _REFERENCE.findall(str(each))):
                entry.lost(first.line_of(name, n), f"{each!r} names a variable without a value.")
    cwd = first.text("workingDir") or None
    return {"kind": "command", "argv": argv, "env": environment, "cwd": cwd}, first.line


def _placeholder(task_id: str, image: str) -> dict[str, Any]:
    return {
        "kind": "log",
        "message": f"{task_id} is due; its action ({image}) has not been written yet",
    }


def _environment(container: Located, entry: Entry) -> dict[str, Any]:
    environment: dict[str, Any] = {}
    for variable in container.items("env"):
        name, value = variable.text("name"), variable.at("value")
        key = variable.text("valueFrom", "secretKeyRef", "key")
        if key:
            of = variable.text("valueFrom", "secretKeyRef", "name")
            secret = re.sub(r"[^A-Z0-9_]", "_", f"{of}_{key}".upper()).lstrip("_0123456789")
            environment[name] = {"secret": secret or "SECRET"}
            entry.check(
                variable.line,
                f"{name} comes from the secret {of}, key {key}: give it to the worker as "
                f"{secret or 'SECRET'}.",
            )
        elif isinstance(value, str | int | float) and not variable.mapping("valueFrom"):
            known = {k: v for k, v in environment.items() if isinstance(v, str)}
            environment[name] = _expanded(str(value), known)
        else:
            entry.lost(variable.line, f"{name} takes its value from the cluster.")
    return environment


def _expanded(text: str, known: Mapping[str, str]) -> str:
    """`$(NAME)` replaced by its value, as in Kubernetes; `$$(NAME)` becomes `$(NAME)`."""

    def by_value(match: re.Match[str]) -> str:
        return match[1] if match[2] is None else known.get(match[2], match[0])

    return _REFERENCE.sub(by_value, text)
