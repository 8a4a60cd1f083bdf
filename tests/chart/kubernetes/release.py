"""A release of the chart in a real Kubernetes, by Helm's commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.chart.kubernetes.running import RunningKubernetes
from tests.chart.rendering import CHART
from tests.waiting import wait_until

NAMESPACE = "onthedot"
DEPLOYMENTS = ("onthedot-server", "onthedot-worker")


class Release:
    """The guide's release: `onthedot` in the namespace of this name."""

    def __init__(self, kubernetes: RunningKubernetes, helm: Path) -> None:
        self._kubernetes = kubernetes
        self._helm = str(helm)

    def helm(self, *arguments: str) -> str:
        """What a command of Helm printed; it has to succeed, and the API server not to warn."""
        told = self._kubernetes.run([self._helm, *arguments, "--namespace", NAMESPACE])
        assert told.returncode == 0, told.stderr
        assert "warning" not in told.stderr.lower(), told.stderr
        return told.stdout

    def upgrade(self, example: str, *more: str) -> None:
        values = str(CHART.parent / "examples" / f"{example}.yaml")
        given = ("onthedot", str(CHART), "--values", values, "--wait", "--timeout", "240s")
        self.helm("upgrade", *given, *more)

    def deployments(self) -> dict[str, dict[str, Any]]:
        return self._kubernetes.found("deployment", NAMESPACE)

    def complete(self) -> bool:
        """All pods are of its latest values, and ready."""
        return complete(self.deployments())

    def pods(self) -> dict[str, dict[str, Any]]:
        """Those that are ready and not told to go, by name."""
        return {
            name: pod
            for name, pod in self._kubernetes.found("pod", NAMESPACE).items()
            if "deletionTimestamp" not in pod["metadata"]
            and any(each["type"] == "Ready" and each["status"] == "True"
                    for each in pod["status"].get("conditions", ()))
        }  # fmt: skip

    def nodes(self) -> list[str]:
        """The node of each of these pods."""
        return [pod["spec"]["nodeName"] for pod in self.pods().values()]

    def may_go(self) -> list[int]:
        """How many pods of each deployment its budget gives up now."""
        budgets = self._kubernetes.found("poddisruptionbudget", NAMESPACE)
        return [
            budgets[name].get("status", {}).get("disruptionsAllowed", 0) for name in DEPLOYMENTS
        ]

    @contextmanager
    def available(self, directory: Path) -> Iterator[Callable[[], dict[str, list[int]]]]:
        """Calls tell how many pods of each deployment were available, in every state since."""
        watching = self._kubernetes.watching(
            *("deployment", "--namespace", NAMESPACE),
            path="{.metadata.name} {.status.availableReplicas}",
            log=directory / "deployments.log",
        )
        with watching as seen:

            def states() -> dict[str, list[int]]:
                found: dict[str, list[int]] = {name: [] for name in DEPLOYMENTS}
                for line in seen():
                    name, _, count = line.partition(" ")
                    found[name].append(int(count or 0))
                return found

            wait_until(lambda: all(states().values()), "both are watched")
            yield states


def complete(deployments: dict[str, dict[str, Any]]) -> bool:
    """Whether Kubernetes has done what they ask for."""

    def done(deployment: dict[str, Any]) -> bool:
        wanted, status = deployment["spec"]["replicas"], deployment["status"]
        seen = status.get("observedGeneration") == deployment["metadata"]["generation"]
        counts = ("replicas", "updatedReplicas", "readyReplicas")
        return seen and all(status.get(count) == wanted for count in counts)

    return all(done(each) for each in deployments.values())
