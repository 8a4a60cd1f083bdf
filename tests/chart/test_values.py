"""Values: misspelt ones are refused, and others arrive as written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic.alias_generators import to_camel

from onthedot.settings import PREFIX, Settings
from tests.chart.programs import Judges
from tests.chart.rendering import CHART, KUBERNETES, helm, of_kind, pods, rendered

PRODUCTION = CHART.parent / "examples" / "production.yaml"

_SECRET = {"api_tokens", "encryption_keys", "oidc_client_secret", "session_key"}
#: By values of their own, or not at all: probes and services count on ports and TLS.
_SET_BY_THE_CHART = {
    "archive", "host", "metrics_host", "metrics_port", "port", "tls_cert", "tls_key",
    "worker_grace",
}  # fmt: skip
_OF_DEV = {"data_dir", "temporal_port", "temporal_ui_port"}


def test_the_schema_knows_every_setting_that_may_be_set() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    known = set(schema["definitions"]["settings"]["properties"])
    free = set(Settings.model_fields) - _SECRET - _SET_BY_THE_CHART - _OF_DEV
    assert known == {to_camel(name) for name in free}


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("settings.retenton=P7D", "'retenton' not allowed"),
        ("settings.apiTokens=me", "'apiTokens' not allowed"),
        ("server.repicas=2", "'repicas' not allowed"),
        ("server.replicas=0", "/server/replicas"),
        ("temporal.address=temporal", "/temporal/address"),
        ("image.digest=latest", "/image/digest"),
        ("modules.my-own\\.py=pass", "'my-own.py' not allowed"),
        ("worker.settings.taskQueue=other", "set it in settings"),
        ("worker.keda.enabled=true,worker.keda.maxReplicas=0", "/worker/keda/maxReplicas"),
        ("worker.keda.enabled=true,worker.keda.minReplicas=99", "not be less than minReplicas"),
        ("modules.mine\\.py=pass,settings.modules=other", "Use one of the two"),
        ("taskSecrets=mine,worker.settings.secretsDir=/secrets", "Use one of the two"),
    ],
)  # fmt: skip
def test_values_that_are_misspelt_or_at_odds_are_refused(
    judges: Judges, setting: str, said: str
) -> None:
    told = helm(judges, "template", "tasks", str(CHART), *KUBERNETES, "--set", setting)
    assert told.returncode != 0
    assert said in told.stderr


def test_values_arrive_as_they_are_written(judges: Judges, tmp_path: Path) -> None:
    """Especially large numbers, which Helm would write as 4.194304e+06."""
    given = {
        "maxBodyBytes": 4194304,
        "capacityPerSecond": 0.5,
        "allowCommands": True,
        "allowHosts": ["reports.internal", "10.0.0.0/8"],
        "retention": "P7D",
    }
    values = tmp_path / "values.yaml"
    values.write_text(yaml.safe_dump({"settings": given}))
    for name, pod in pods(rendered(judges, values)):
        (container,) = pod["containers"]
        found = {entry["name"]: entry.get("value") for entry in container["env"]}
        assert found[f"{PREFIX}MAX_BODY_BYTES"] == "4194304", name
        assert found[f"{PREFIX}CAPACITY_PER_SECOND"] == "0.5"
        assert found[f"{PREFIX}ALLOW_COMMANDS"] == "true"
        assert found[f"{PREFIX}ALLOW_HOSTS"] == "reports.internal,10.0.0.0/8"
        assert found[f"{PREFIX}RETENTION"] == "P7D"


def test_more_of_ones_own_stands_beside_the_charts(judges: Judges, tmp_path: Path) -> None:
    own = {
        "podLabels": {"team": "billing"},
        "podAnnotations": {"example.com/mesh": "off"},
        "priorityClassName": "high",
        "affinity": {"nodeAffinity": {}},
        "extraEnv": [{"name": "SSL_CERT_FILE", "value": "/ca/ca.crt"}],
        "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
        "extraVolumeMounts": [{"name": "ca", "mountPath": "/ca"}],
    }
    values = tmp_path / "values.yaml"
    image = {"digest": f"sha256:{'0' * 64}"}
    values.write_text(yaml.safe_dump({"server": own, "worker": own, "image": image}))
    for deployment in of_kind(rendered(judges, values), "Deployment").values():
        template = deployment["spec"]["template"]
        assert template["metadata"]["labels"]["team"] == "billing"
        assert template["metadata"]["labels"]["app.kubernetes.io/name"] == "onthedot"
        annotations = template["metadata"]["annotations"]
        assert annotations["example.com/mesh"] == "off"
        assert annotations["cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"] == "tmp"
        assert template["spec"]["priorityClassName"] == "high"
        (container,) = template["spec"]["containers"]
        assert container["image"] == f"onthedot@sha256:{'0' * 64}"
        assert own["extraEnv"][0] in container["env"]  # type: ignore[index]
        assert {each["name"] for each in template["spec"]["volumes"]} >= {"tmp", "ca"}
        assert "/ca" in {each["mountPath"] for each in container["volumeMounts"]}


def test_prometheus_reaches_whatever_it_reads(judges: Judges) -> None:
    """Although the server otherwise admits only the ingress."""
    policies = of_kind(rendered(judges, PRODUCTION), "NetworkPolicy")
    for component in ("server", "worker"):
        assert "monitoring" in _let_in(policies[f"tasks-onthedot-{component}"])
    assert "ingress-nginx" in _let_in(policies["tasks-onthedot-server"])


def test_the_set_up_may_reach_temporal_before_it_runs(judges: Judges) -> None:
    """Also in a namespace that forbids all traffic without a policy."""
    objects = rendered(judges, PRODUCTION)
    policy = of_kind(objects, "NetworkPolicy")["tasks-onthedot-setup"]
    job = of_kind(objects, "Job")["tasks-onthedot-setup"]
    selected = policy["spec"]["podSelector"]["matchLabels"]
    assert selected.items() <= job["spec"]["template"]["metadata"]["labels"].items()
    hooks = [each["metadata"]["annotations"] for each in (policy, job)]
    assert hooks[0]["helm.sh/hook"] == hooks[1]["helm.sh/hook"]
    weights = [int(each.get("helm.sh/hook-weight", "0")) for each in hooks]
    assert weights[0] < weights[1]


def _let_in(policy: dict[str, Any]) -> set[str]:
    (rule,) = policy["spec"]["ingress"]
    name = "kubernetes.io/metadata.name"
    return {peer["namespaceSelector"]["matchLabels"][name] for peer in rule["from"]}
