"""The Helm chart: what it renders, judged by Helm and by Kubernetes' own schemas."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from onthedot import cli
from onthedot.settings import PREFIX, Settings, load
from tests.chart.programs import Judges
from tests.chart.rendering import CHART, EXAMPLES, KUBERNETES, ROOT, helm, of_kind, pods, rendered

names = [path.stem for path in EXAMPLES]
every_example = pytest.mark.parametrize("values", EXAMPLES, ids=names)
PRODUCTION = CHART.parent / "examples" / "production.yaml"


def test_the_chart_has_this_projects_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    project = (ROOT / "pyproject.toml").read_text()
    assert f'\nversion = "{chart["appVersion"]}"\n' in project
    assert chart["version"] == chart["appVersion"]


@every_example
def test_helm_finds_nothing_to_complain_about(judges: Judges, values: Path) -> None:
    told = helm(judges, "lint", "--strict", "--values", str(values), str(CHART))
    assert told.returncode == 0, told.stdout + told.stderr


@every_example
def test_it_follows_the_schemas(judges: Judges, values: Path, tmp_path: Path) -> None:
    objects = rendered(judges, values)
    file = tmp_path / "rendered.yaml"
    file.write_text(yaml.safe_dump_all(objects))
    told = subprocess.run(
        [str(judges.validator), str(file), "--local-crds", str(judges.schemas)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr


@every_example
def test_our_commands_and_settings_exist(judges: Judges, values: Path) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    commands = cli.command()
    for name, pod in pods(rendered(judges, values)):
        for container in pod["containers"]:
            command, *rest = container["args"]
            found = commands.get_command(click.Context(commands), command)
            assert found is not None, name
            found.make_context(command, rest)
            given = [entry["name"] for entry in container["env"]]
            assert len(given) == len(set(given)), name
            assert {key for key in given if key.startswith(PREFIX)} <= known


@every_example
def test_our_containers_have_no_rights_to_spare(judges: Judges, values: Path) -> None:
    for name, pod in pods(rendered(judges, values)):
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]


@every_example
def test_whatever_stays_has_probes_and_time_to_stop(judges: Judges, values: Path) -> None:
    for name, deployment in of_kind(rendered(judges, values), "Deployment").items():
        pod = deployment["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        ports = {port["name"] for port in container["ports"]}
        for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
            assert container[probe]["httpGet"]["port"] in ports, name
        assert pod["terminationGracePeriodSeconds"] >= 30, name
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_a_worker_is_given_longer_than_its_own_grace(judges: Judges) -> None:
    worker = of_kind(rendered(judges, PRODUCTION), "Deployment")["tasks-onthedot-worker"]
    pod = worker["spec"]["template"]["spec"]
    grace = _variables(pod)["ONTHEDOT_WORKER_GRACE"]
    assert pod["terminationGracePeriodSeconds"] > float(grace)


def test_whoever_reads_payloads_has_the_keys(judges: Judges) -> None:
    for name, pod in pods(rendered(judges, PRODUCTION)):
        assert "ONTHEDOT_ENCRYPTION_KEYS" in _variables(pod), name


def test_production_has_all_that_the_guide_names(judges: Judges) -> None:
    objects = rendered(judges, PRODUCTION)
    kinds = {each["kind"] for each in objects}
    assert kinds >= {
        "Deployment", "Service", "Ingress", "Job", "PodDisruptionBudget", "NetworkPolicy",
        "HorizontalPodAutoscaler", "ScaledObject", "ServiceMonitor", "PodMonitor", "PrometheusRule",
    }  # fmt: skip
    # What is scaled by another has no number of its own, or each upgrade would set it back.
    for deployment in of_kind(objects, "Deployment").values():
        assert "replicas" not in deployment["spec"]
    for selecting in ("PodDisruptionBudget", "NetworkPolicy"):
        names = of_kind(objects, selecting)
        assert {"tasks-onthedot-server", "tasks-onthedot-worker"} <= set(names)


def test_keda_asks_the_queue_that_the_workers_poll(judges: Judges) -> None:
    queue = "settings.taskQueue=reports"
    objects = rendered(judges, PRODUCTION, "--set", queue)
    (scaled,) = of_kind(objects, "ScaledObject").values()
    (trigger,) = scaled["spec"]["triggers"]
    assert trigger["type"] == "temporal"
    assert trigger["metadata"]["taskQueue"] == "reports"
    assert trigger["metadata"]["queueTypes"] == "workflow,activity"
    target = scaled["spec"]["scaleTargetRef"]["name"]
    worker = of_kind(objects, "Deployment")[target]["spec"]["template"]["spec"]
    assert _variables(worker)["ONTHEDOT_TASK_QUEUE"] == "reports"
    assert _variables(worker)["TEMPORAL_ADDRESS"] == trigger["metadata"]["endpoint"]


def test_temporals_own_chart_is_given_the_same_limits() -> None:
    values = yaml.safe_load((CHART.parent / "temporal.yaml").read_text())
    limits = yaml.safe_load((ROOT / "deploy" / "dynamicconfig.yaml").read_text())
    assert values["server"]["dynamicConfig"] == limits


def test_the_alerts_are_those_of_the_repository(judges: Judges) -> None:
    (rule,) = of_kind(rendered(judges, PRODUCTION), "PrometheusRule").values()
    alerts = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text())
    assert rule["spec"] == alerts


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["worker.keda.enabled=true", "worker.keda.minReplicas=0"], "at least 1"),
        (["worker.keda.enabled=true", "temporal.tlsSecret=ca"], "tlsClient or apiKeySecret"),
        (["serverSecret="], "ONTHEDOT_API_TOKENS"),
        (["server.ingress.enabled=true"], "the host that people call"),
    ],
)
def test_values_that_cannot_work_are_refused(
    judges: Judges, settings: list[str], said: str
) -> None:
    chosen = [word for setting in settings for word in ("--set", setting)]
    told = helm(judges, "template", "tasks", str(CHART), *KUBERNETES, *chosen)
    assert told.returncode != 0
    assert said in told.stderr


def test_settings_become_variables_as_they_are_written(
    judges: Judges, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = of_kind(rendered(judges, CHART.parent / "examples" / "own-code.yaml"), "Deployment")[
        "tasks-onthedot-worker"
    ]
    variables = _variables(worker["spec"]["template"]["spec"])
    assert variables["ONTHEDOT_ALLOW_HOSTS"] == "reports.internal,10.0.0.0/8"
    assert variables["ONTHEDOT_MAX_CONCURRENT_ACTIVITIES"] == "50"
    assert variables["ONTHEDOT_MODULES"] == "reports"
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert load({}).max_concurrent_activities == 50


def _variables(pod: dict[str, Any]) -> dict[str, str]:
    (container,) = pod["containers"]
    return {entry["name"]: entry.get("value", "") for entry in container["env"]}


def test_the_guides_own_commands_render(judges: Judges) -> None:
    """`helm install` as in the guide, without a cluster."""
    guide = (ROOT / "docs" / "how-to" / "production.md").read_text()
    commands = re.findall(r"^helm install (\S+ deploy/helm/onthedot .+)$", guide, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        words = [str(ROOT / word) if "/" in word else word for word in shlex.split(command)]
        told = helm(judges, "template", *words, *KUBERNETES)
        assert told.returncode == 0, told.stderr
        assert "kind: Deployment" in told.stdout
