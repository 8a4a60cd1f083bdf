"""Helm installs, upgrades, rolls back and removes a release in a real Kubernetes."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.certificates import certify
from tests.chart.kubernetes.release import DEPLOYMENTS, NAMESPACE, Release, complete
from tests.chart.kubernetes.running import NODES, RunningKubernetes
from tests.chart.programs import Judges
from tests.chart.rendering import EXAMPLES, ROOT, rendered
from tests.cluster import guide
from tests.waiting import wait_until

pytestmark = [pytest.mark.kubernetes, pytest.mark.timeout(900)]

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


Follow = Callable[[str], str]


@pytest.fixture(scope="module")
def follow(
    kubernetes: RunningKubernetes, judges: Judges, tmp_path_factory: pytest.TempPathFactory
) -> Follow:
    """Runs commands of the guide, with something in each gap; the API server must not warn."""
    where = tmp_path_factory.mktemp("guide")
    (where / "deploy").symlink_to(ROOT / "deploy")
    certified = certify(where)
    certified.certificate.rename(where / "tls.crt")
    certified.key.rename(where / "tls.key")
    programs = f"{judges.helm.parent}:{Path(sys.executable).parent}"

    def run(commands: str) -> str:
        filled = commands.replace("…", "ab" * 32)
        told = kubernetes.run(["bash", "-euc", f'PATH="{programs}:$PATH"; cd {where}\n{filled}'])
        assert told.returncode == 0, told.stderr
        assert "warning" not in told.stderr.lower(), told.stderr
        return told.stdout

    return run


@pytest.fixture(scope="module")
def release(kubernetes: RunningKubernetes, judges: Judges, follow: Follow) -> Release:
    """Installed by all commands of section 3 of the guide, and complete."""
    kubernetes.apply(_VOLUME)
    first, last = (
        guide.commands(beginning)
        for beginning in ("onthedot token new me", "helm install onthedot")
    )
    blocks = guide.blocks()
    section = blocks[blocks.index(first) : blocks.index(last) + 1]
    assert "port-forward service/onthedot" in follow("\n".join(section))
    found = Release(kubernetes, judges.helm)
    wait_until(found.complete, "all of its pods are ready")
    return found


def test_the_guides_commands_install_it(kubernetes: RunningKubernetes, release: Release) -> None:
    """The pods run under `restricted`; the set-up job ran before them, and is gone."""
    assert set(release.deployments()) == set(DEPLOYMENTS)
    assert kubernetes.found("job", NAMESPACE) == {}
    policies = kubernetes.found("networkpolicy", NAMESPACE)
    assert set(policies) == {"onthedot-server", "onthedot-worker"}


def test_the_guides_command_upgrades_it(release: Release, follow: Follow) -> None:
    assert "has been upgraded" in follow(guide.commands("helm upgrade onthedot"))
    wait_until(release.complete, "all of its pods are ready")


def test_temporals_own_values_find_the_secret_that_the_guide_makes(
    kubernetes: RunningKubernetes, follow: Follow
) -> None:
    """Everything except Temporal's own chart."""
    follow(guide.commands("kubectl create namespace temporal").partition("helm install")[0])
    values = (ROOT / "deploy" / "helm" / "temporal.yaml").read_text()
    named = set(re.findall(r"existingSecret: (\S+)", values))
    made = kubernetes.found("secret", "temporal")
    assert named
    assert named <= set(made)
    assert all(set(made[name]["data"]) == {"password"} for name in named)


def test_a_team_gets_its_own(kubernetes: RunningKubernetes, follow: Follow) -> None:
    """Everything except the namespace in Temporal."""
    _, team = guide.commands(
        "TEMPORAL_ADDRESS=temporal-frontend.temporal.svc:7233 TEMPORAL_NAMESPACE=billing"
    ).split("\n", 1)
    follow(team)
    wanted = {"billing-onthedot-server", "billing-onthedot-worker"}
    assert set(kubernetes.found("deployment", "billing")) == wanted
    wait_until(
        lambda: complete(kubernetes.found("deployment", "billing")), "the team's pods are ready"
    )


def test_the_guide_has_made_what_its_values_name(
    kubernetes: RunningKubernetes, release: Release, judges: Judges
) -> None:
    """The simulated nodes would not notice missing objects."""
    (values,) = (path for path in EXAMPLES if path.stem == "production")
    named = set(_named(rendered(judges, values)))
    assert {name for _, name, _ in named} == {
        *("onthedot", "onthedot-archive", "onthedot-encryption", "onthedot-prometheus"),
        *("onthedot-task-secrets", "registry", "tasks-tls"),
    }
    for kind, name, key in named:
        found = kubernetes.found(kind, NAMESPACE)
        assert name in found
        assert not key or key in found[name]["data"], name


@pytest.mark.parametrize("example", [path.stem for path in EXAMPLES])
def test_it_is_upgraded_to_any_of_the_examples(release: Release, example: str) -> None:
    release.upgrade(example)
    assert set(release.deployments()) == set(DEPLOYMENTS)


def test_an_upgrade_takes_nobody_away_before_another_is_there(
    release: Release, tmp_path: Path
) -> None:
    """At least two pods of each kind are available at any time."""
    two = "server.replicas=2,worker.replicas=2"
    release.upgrade("minimal", "--set", two)
    wait_until(lambda: len(release.pods()) == 4, "two of each run")
    before = set(release.pods())
    with release.available(tmp_path) as states:
        release.upgrade("minimal", "--set", f"{two},settings.logLevel=debug")
        wait_until(lambda: not before & set(release.pods()), "all are new ones")
    for name, counts in states().items():
        assert min(counts) == 2, name


def test_it_is_rolled_back(release: Release) -> None:
    release.upgrade("minimal", "--set", "server.replicas=1")
    release.upgrade("minimal", "--set", "server.replicas=3")
    release.helm("rollback", "onthedot", "--wait", "--timeout", "240s")
    assert release.deployments()["onthedot-server"]["spec"]["replicas"] == 1


def test_a_node_is_drained_while_one_of_each_stays(
    kubernetes: RunningKubernetes, release: Release, tmp_path: Path
) -> None:
    """All pods are on it. Their budgets hold the rest until evicted ones run elsewhere."""
    first, other = NODES
    kubernetes.kubectl("cordon", other)
    release.upgrade("minimal", "--set", "server.replicas=2,worker.replicas=2")
    kubernetes.kubectl("delete", "pod", "--all", "--namespace", NAMESPACE)
    wait_until(lambda: release.nodes() == [first] * 4, "all are on one node")
    wait_until(lambda: release.may_go() == [1, 1], "a pod of each may go")
    with release.available(tmp_path) as states:
        drain = kubernetes.begin(
            *("drain", first, "--ignore-daemonsets", "--delete-emptydir-data"),
            log=tmp_path / "drain.log",
            until=lambda said: all(re.search(f"{name}.*violate", said) for name in DEPLOYMENTS),
        )
        kubernetes.kubectl("uncordon", other)
        assert drain.wait(200) == 0, drain.said()
        wait_until(lambda: release.nodes() == [other] * 4, "all are on the other node")
    kubernetes.kubectl("uncordon", first)
    for name, counts in states().items():
        assert min(counts) == 1, name


def test_nothing_is_left_of_it(kubernetes: RunningKubernetes, release: Release) -> None:
    release.upgrade("production")
    release.helm("uninstall", "onthedot", "--wait")
    kinds = "deployment,service,job,configmap,poddisruptionbudget,networkpolicy,ingress"
    more = "horizontalpodautoscaler,scaledobject,triggerauthentication,servicemonitor,podmonitor"
    left = kubernetes.kubectl(
        *("get", f"{kinds},{more},prometheusrule", "--namespace", NAMESPACE),
        *("--selector", "app.kubernetes.io/instance=onthedot", "--output", "name"),
    )
    assert left == ""


def _named(value: Any) -> Iterator[tuple[str, str, str]]:
    """Kind, name and, where one is named, the key of what objects refer to."""
    if isinstance(value, list):
        for each in value:
            yield from _named(each)
    if not isinstance(value, dict):
        return
    for field, each in value.items():
        if field == "secretName":
            yield "secret", each, ""
        elif field in ("secretKeyRef", "secretRef"):
            yield "secret", each["name"], each.get("key", "")
        elif field == "imagePullSecrets":
            yield from (("secret", secret["name"], "") for secret in each)
        elif field == "credentials":
            yield "secret", each["name"], each["key"]
        elif field == "claimName":
            yield "persistentvolumeclaim", each, ""
        else:
            yield from _named(each)
