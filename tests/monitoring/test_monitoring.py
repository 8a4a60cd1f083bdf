"""Metrics, alerts and dashboard, against a real Prometheus that scrapes a real system."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.command_line import Dev
from tests.monitoring.prometheus import Prometheus, program, running
from tests.waiting import wait_until

ROOT = Path(__file__).parent.parent.parent
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
CONFIG = ROOT / "deploy" / "prometheus" / "prometheus.yml"
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "dashboard.json").read_text())
RULES: list[dict[str, Any]] = yaml.safe_load(ALERTS.read_text())["groups"][0]["rules"]
EXPRESSIONS = [
    *(rule["expr"] for rule in RULES),
    *(target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]),
]


def test_the_alerts_fire_when_they_should_and_only_then(tmp_path: Path) -> None:
    shutil.copy(ALERTS, tmp_path)
    cases = shutil.copy(ROOT / "tests" / "monitoring" / "alerts_test.yml", tmp_path)
    for arguments in (["check", "rules", str(ALERTS)], ["test", "rules", str(cases)]):
        told = subprocess.run(
            [program("promtool"), *arguments], capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, told.stdout + told.stderr


def test_every_alert_has_a_case() -> None:
    cases = yaml.safe_load((ROOT / "tests" / "monitoring" / "alerts_test.yml").read_text())
    fired = {
        case["alertname"]
        for test in cases["tests"]
        for case in test["alert_rule_test"]
        if case["exp_alerts"]
    }
    assert fired == {rule["alert"] for rule in RULES}


def test_the_configuration_fits_the_compose_file() -> None:
    told = subprocess.run(
        [program("promtool"), "check", "config", "--syntax-only", str(CONFIG)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    jobs = {job["job_name"]: job for job in yaml.safe_load(CONFIG.read_text())["scrape_configs"]}
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert {"server", "worker"} <= set(services)
    assert jobs["onthedot-server"]["static_configs"] == [{"targets": ["server:8080"]}]
    (workers,) = jobs["onthedot-worker"]["dns_sd_configs"]
    assert (workers["names"], workers["port"]) == (["worker"], 9464)


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    with closing(Dev(tmp_path_factory.mktemp("monitored") / "data")) as made:
        made.wait_until_up()
        yield made


@pytest.fixture(scope="module")
def prometheus(dev: Dev, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """One that scrapes `dev` with the shipped configuration, apart from addresses and intervals."""
    directory = tmp_path_factory.mktemp("prometheus")
    config = yaml.safe_load(CONFIG.read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(ALERTS)]
    server, worker = config["scrape_configs"]
    del server["authorization"], worker["dns_sd_configs"]
    server["static_configs"] = [{"targets": [f"127.0.0.1:{dev.ports['port']}"]}]
    worker["static_configs"] = [{"targets": [f"127.0.0.1:{dev.ports['metrics-port']}"]}]
    path = directory / "prometheus.yml"
    path.write_text(yaml.safe_dump(config))
    with running(path) as made:
        yield made


def test_a_run_is_seen_in_prometheus(dev: Dev, prometheus: Prometheus) -> None:
    _post(dev, "/tasks", {"trigger": {"kind": "once", "delay": 0}, "action": _LOG})
    every_second = {"kind": "interval", "every": 1, "max_runs": 2}
    _post(dev, "/tasks", {"id": "often", "trigger": every_second, "action": _LOG})
    runs = 'sum(onthedot_runs_total{status="succeeded", cause="trigger", action="log"})'
    assert _value(prometheus, runs, at_least=3) == 3
    assert (
        _value(prometheus, 'sum(onthedot_lateness_seconds_count{kind="once", cause="trigger"})')
        == 1
    )
    assert _value(prometheus, 'sum(onthedot_lateness_seconds_count{kind="interval"})') == 2
    assert _value(prometheus, 'sum(onthedot_lateness_seconds_bucket{kind="once", le="10.0"})') == 1
    assert _value(prometheus, 'sum(onthedot_attempts_total{action="log"})') == 3
    assert _value(prometheus, "max(onthedot_workers)") == 1
    assert _value(prometheus, "max(onthedot_temporal_up)") == 1
    posted = 'onthedot_http_request_seconds_count{method="POST", route="/tasks", status="201"}'
    assert _value(prometheus, posted, at_least=2) == 2
    assert prometheus.query('onthedot_backlog{type="workflow"}')
    assert _value(prometheus, "count(up == 1)", at_least=2) == 2


def test_whatever_the_alerts_and_the_dashboard_ask_for_is_there(
    dev: Dev, prometheus: Prometheus
) -> None:
    _post(dev, "/tasks", {"trigger": {"kind": "once", "delay": 0}, "action": _LOG})
    _value(prometheus, "sum(onthedot_runs_total)")
    asked = {
        name
        for expression in EXPRESSIONS
        for name in re.findall(r"\b(?:onthedot|temporal)_[a-z_]+|\bup\b", expression)
    }
    wait_until(
        lambda: asked <= set(prometheus.get("label/__name__/values")), f"all of {sorted(asked)}"
    )
    for expression in EXPRESSIONS:
        prometheus.query(expression)


def test_prometheus_takes_the_rules_and_none_fires(dev: Dev, prometheus: Prometheus) -> None:
    def rules() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = prometheus.get("rules")["groups"][0]["rules"]
        return found

    wait_until(lambda: all(r["health"] != "unknown" for r in rules()), "each rule was tried")
    assert {rule["name"]: rule["health"] for rule in rules()} == {
        rule["alert"]: "ok" for rule in RULES
    }
    assert [rule["name"] for rule in rules() if rule["state"] == "firing"] == []


_LOG = {"kind": "log", "message": "hello"}


def _post(dev: Dev, path: str, body: object) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{dev.ports['port']}{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 201


def _value(prometheus: Prometheus, expression: str, *, at_least: float = 1) -> float:
    """The value of an expression that has one sample, once it has come so far."""
    value = 0.0

    def come() -> bool:
        nonlocal value
        found = prometheus.query(expression)
        value = float(found[0]["value"][1]) if found else 0.0
        return value >= at_least

    wait_until(come, expression)
    return value


def test_the_guide_names_every_metric_and_every_alert() -> None:
    guide = (ROOT / "docs" / "how-to" / "monitor.md").read_text()
    assert set(re.findall(r"`(OnTheDot\w+)`", guide)) == {rule["alert"] for rule in RULES}
    named = set(re.findall(r"^\| `(onthedot_[a-z_]+)", guide, re.MULTILINE))
    ours = {
        re.sub(r"_(bucket|count|sum)$", "", name)
        for expression in EXPRESSIONS
        for name in re.findall(r"onthedot_[a-z_]+", expression)
    }
    assert ours <= named
    sources = [
        path for part in ("activities", "service", "api") for path in (ROOT / part).rglob("*.py")
    ]
    made = {
        name + ("_total" if kind == "Counter" else "")
        for source in sources
        for kind, name in re.findall(
            r'(Counter|Gauge|Histogram)\(\s*"(onthedot_[a-z_]+)"', source.read_text()
        )
    }
    assert named == made
