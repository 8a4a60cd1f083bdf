"""Helm installs, upgrades, rolls back and removes a release in a real Kubernetes."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.certificates import certify
from tests.chart.kubernetes.running import NODES, RunningKubernetes
from tests.chart.programs import Judges
from tests.chart.rendering import CHART, EXAMPLES, ROOT
from tests.waiting import wait_until

pytestmark = [pytest.mark.kubernetes, pytest.mark.timeout(900)]

_GUIDE = (ROOT / "docs" / "how-to" / "production.md").read_text()
_NAMESPACE = "onthedot"
#: Somewhere for the archive of several servers.
_VOLUME = {
    "apiVersion": "v1",
    "kind": "PersistentVolume",
    "metadata": {"name": "shared"},
    "spec": {
        "accessModes": ["ReadWriteMany"],
        "capacity": {"storage": "100Gi"},
        "nfs": {"server": "nfs.example.com", "path": "/onthedot"},
    },
}


class Release:
    """The guide's release, by the guide's commands."""

    def __init__(self, kubernetes: RunningKubernetes, judges: Judges) -> None:
        self._kubernetes = kubernetes
        self._helm = str(judges.helm)

    def helm(self, *arguments: str) -> str:
        """What a command of Helm printed; it has to succeed, and the API server not to warn."""
        told = self._kubernetes.run([self._helm, *arguments, "--namespace", _NAMESPACE])
        assert told.returncode == 0, told.stderr
        assert "warning" not in told.stderr.lower(), told.stderr
        return told.stdout

    def upgrade(self, example: str, *more: str) -> None:
        values = str(CHART.parent / "examples" / f"{example}.yaml")
        given = ("onthedot", str(CHART), "--values", values, "--wait", "--timeout", "240s")
        self.helm("upgrade", *given, *more)

    def deployments(self) -> dict[str, dict[str, Any]]:
        return self._kubernetes.found("deployment", _NAMESPACE)


@pytest.fixture(scope="module")
def release(
    kubernetes: RunningKubernetes, judges: Judges, tmp_path_factory: pytest.TempPathFactory
) -> Release:
    """Installed by the commands of section 3 of the guide, with something in each gap."""
    where = tmp_path_factory.mktemp("guide")
    (where / "deploy").symlink_to(ROOT / "deploy")
    certified = certify(where)
    certified.certificate.rename(where / "tls.crt")
    certified.key.rename(where / "tls.key")
    kubernetes.apply(_VOLUME)
    (section,) = re.findall(r"^## 3\. .*?(?=^## 4)", _GUIDE, re.MULTILINE | re.DOTALL)
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL))
    programs = f"{judges.helm.parent}:{Path(sys.executable).parent}"
    told = kubernetes.run(
        ["bash", "-euc", f'PATH="{programs}:$PATH"; cd {where}\n{script.replace("…", "ab" * 32)}']
    )
    assert told.returncode == 0, told.stderr
    assert "warning" not in told.stderr.lower(), told.stderr
    assert "port-forward service/onthedot" in told.stdout
    found = Release(kubernetes, judges)
    found.upgrade("production")
    return found


def test_the_guides_commands_install_it(kubernetes: RunningKubernetes, release: Release) -> None:
    """The pods run, under `restricted`; the set-up has run before them, and is gone."""
    for name, deployment in release.deployments().items():
        assert deployment["status"]["readyReplicas"] >= 1, name
    assert kubernetes.found("job", _NAMESPACE) == {}
    policies = kubernetes.found("networkpolicy", _NAMESPACE)
    assert set(policies) == {"onthedot-server", "onthedot-worker"}


@pytest.mark.parametrize("example", [path.stem for path in EXAMPLES])
def test_it_is_upgraded_to_any_of_the_examples(release: Release, example: str) -> None:
    release.upgrade(example)
    assert set(release.deployments()) == {"onthedot-server", "onthedot-worker"}


def test_an_upgrade_takes_nobody_away_before_another_is_there(
    kubernetes: RunningKubernetes, release: Release
) -> None:
    two = "server.replicas=2,worker.replicas=2"
    release.upgrade("minimal", "--set", two)
    before = set(kubernetes.found("pod", _NAMESPACE))
    release.upgrade("minimal", "--set", f"{two},settings.logLevel=debug")
    for deployment in release.deployments().values():
        assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        assert deployment["status"]["readyReplicas"] == 2
    assert not before & set(_running(kubernetes))


def test_it_is_rolled_back(release: Release) -> None:
    release.upgrade("minimal", "--set", "server.replicas=1")
    release.upgrade("minimal", "--set", "server.replicas=3")
    release.helm("rollback", "onthedot", "--wait", "--timeout", "240s")
    assert release.deployments()["onthedot-server"]["spec"]["replicas"] == 1


def test_a_node_is_drained_while_one_of_each_stays(
    kubernetes: RunningKubernetes, release: Release
) -> None:
    """Pods are taken by eviction, which the budgets bound, and come up on the other node."""
    release.upgrade("minimal", "--set", "server.replicas=2,worker.replicas=2")
    for name in ("onthedot-server", "onthedot-worker"):
        wait_until(
            lambda name=name: _budget(kubernetes, name)["disruptionsAllowed"] == 1,  # type: ignore[misc]
            f"a pod of {name} may go",
        )
    first, other = NODES
    kubernetes.kubectl("drain", first, "--ignore-daemonsets", "--timeout=200s")
    wait_until(lambda: len(_running(kubernetes)) == 4, "as many run as before")
    assert {pod["spec"]["nodeName"] for pod in _running(kubernetes).values()} == {other}
    kubernetes.kubectl("uncordon", first)


def test_nothing_is_left_of_it(kubernetes: RunningKubernetes, release: Release) -> None:
    release.upgrade("production")
    release.helm("uninstall", "onthedot", "--wait")
    kinds = "deployment,service,job,configmap,poddisruptionbudget,networkpolicy,ingress"
    more = "horizontalpodautoscaler,scaledobject,triggerauthentication,servicemonitor,podmonitor"
    left = kubernetes.kubectl(
        *("get", f"{kinds},{more},prometheusrule", "--namespace", _NAMESPACE),
        *("--selector", "app.kubernetes.io/instance=onthedot", "--output", "name"),
    )
    assert left == ""


def _running(kubernetes: RunningKubernetes) -> dict[str, dict[str, Any]]:
    return {
        name: pod
        for name, pod in kubernetes.found("pod", _NAMESPACE).items()
        if "deletionTimestamp" not in pod["metadata"]
        and any(each["type"] == "Ready" and each["status"] == "True"
                for each in pod["status"].get("conditions", ()))
    }  # fmt: skip


def _budget(kubernetes: RunningKubernetes, name: str) -> dict[str, Any]:
    status: dict[str, Any] = kubernetes.found("poddisruptionbudget", _NAMESPACE)[name].get(
        "status", {"disruptionsAllowed": 0}
    )
    return status
