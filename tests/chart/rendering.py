"""The chart with one set of values, as Helm renders it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.chart.programs import Judges

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "onthedot"
EXAMPLES = sorted((ROOT / "deploy" / "helm" / "examples").glob("*.yaml"))

#: Helm that is built from source takes a cluster to be of 2020.
KUBERNETES = ("--kube-version", "1.31.0")


def helm(judges: Judges, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One command of Helm, to its end."""
    return subprocess.run(
        [str(judges.helm), *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def rendered(judges: Judges, values: Path | None = None, *more: str) -> list[dict[str, Any]]:
    """All objects of a release named `tasks`, in the namespace `onthedot`."""
    chosen: Sequence[str] = () if values is None else ("--values", str(values))
    where = ("--namespace", "onthedot", *KUBERNETES)
    told = helm(judges, "template", "tasks", str(CHART), *where, *chosen, *more)
    assert told.returncode == 0, told.stderr
    return [found for found in yaml.safe_load_all(told.stdout) if found]


def of_kind(objects: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """Those of one kind, by name."""
    return {each["metadata"]["name"]: each for each in objects if each["kind"] == kind}


def pods(objects: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and pod specification of everything that starts pods."""
    for each in objects:
        if "template" in each.get("spec", {}):
            yield each["metadata"]["name"], each["spec"]["template"]["spec"]
