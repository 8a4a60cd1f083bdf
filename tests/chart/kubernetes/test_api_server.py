"""A real API server accepts what the chart renders, without warnings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.chart.kubernetes.running import RunningKubernetes
from tests.chart.programs import Judges
from tests.chart.rendering import EXAMPLES, of_kind, rendered

pytestmark = [pytest.mark.kubernetes, pytest.mark.timeout(600)]

every_example = pytest.mark.parametrize("values", EXAMPLES, ids=[path.stem for path in EXAMPLES])


@pytest.fixture
def namespace(kubernetes: RunningKubernetes) -> Iterator[str]:
    """One in which only pods without any rights are let in, and anything less is warned of."""
    name = f"test-{uuid4().hex[:8]}"
    levels = {
        f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")
    }
    metadata = {"name": name, "labels": levels}
    kubernetes.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    yield name
    kubernetes.kubectl("delete", "namespace", name, "--wait=false")


@every_example
def test_a_dry_run_takes_it_without_a_warning(
    kubernetes: RunningKubernetes, judges: Judges, namespace: str, values: Path
) -> None:
    objects = rendered(judges, values, "--namespace", namespace)
    told = kubernetes.apply(*objects, namespace=namespace, dry=True)
    assert len(told.splitlines()) == len(objects)


@every_example
def test_its_pods_are_let_in_where_no_rights_are(
    kubernetes: RunningKubernetes, judges: Judges, namespace: str, values: Path
) -> None:
    objects = rendered(judges, values, "--namespace", namespace)
    for kind in ("Deployment", "Job"):
        for name, each in of_kind(objects, kind).items():
            template = each["spec"]["template"]
            metadata = {**template["metadata"], "name": name}
            pod = {"apiVersion": "v1", "kind": "Pod", **template, "metadata": metadata}
            kubernetes.apply(pod, namespace=namespace, dry=True)


def test_one_set_of_values_takes_the_place_of_another(
    kubernetes: RunningKubernetes, judges: Judges, namespace: str
) -> None:
    for values in EXAMPLES:
        kubernetes.apply(
            *rendered(judges, values, "--namespace", namespace, "--no-hooks"), namespace=namespace
        )
    assert len(kubernetes.found("deployment", namespace)) == 2


def test_a_pod_that_gives_up_no_rights_is_refused_there(
    kubernetes: RunningKubernetes, namespace: str
) -> None:
    """Otherwise the tests above would prove nothing."""
    told = kubernetes.try_kubectl(*("run", "rooted", "--namespace", namespace, "--image", "any"))
    assert "violates PodSecurity" in told.stderr
