"""The files for production, as far as they can be checked without a Docker engine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from onthedot import cli
from onthedot.embedded import RAISED_LIMITS
from onthedot.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("setup-namespace", "server", "worker")
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_only_the_server_is_published_and_on_loopback() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"server"}
    assert all(port.startswith("127.0.0.1:") for port in published["server"])


def test_every_image_is_pinned() -> None:
    for name, service in SERVICES.items():
        assert re.search(r":\d+\.\d+(\.\d+)?", service["image"]), name
    for image in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE):
        assert re.search(r":\d+\.\d+", image), image


def test_the_image_has_this_projects_version() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    version = re.search(r'^version = "(.+)"', project, re.MULTILINE)
    assert version
    assert {SERVICES[name]["image"] for name in OURS} == {f"onthedot:{version[1]}"}


def test_passwords_and_tokens_are_required() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|PWD|TOKEN", variable):
                assert re.fullmatch(r"\$\{\w+:\?.+\}", value), f"{name}: {variable}"


def test_workers_can_be_scaled() -> None:
    assert "container_name" not in SERVICES["worker"]
    assert "ports" not in SERVICES["worker"]


def test_our_containers_have_no_rights_to_spare() -> None:
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
    assert re.search(r"^USER onthedot$", DOCKERFILE, re.MULTILINE)


def test_everything_that_stays_has_a_health_check() -> None:
    for name in ("postgres", "temporal", "worker"):
        assert SERVICES[name]["healthcheck"]["test"]
    assert "HEALTHCHECK" in DOCKERFILE


def test_our_commands_and_settings_exist() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in OURS:
        command, *arguments = SERVICES[name]["command"]
        found = cli.command().get_command(click.Context(cli.command()), command)
        assert found is not None
        found.make_context(command, arguments)
        given = {key for key in SERVICES[name]["environment"] if key.startswith(PREFIX)}
        assert given <= known


def test_every_dependency_and_mounted_file_exists() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        for volume in service.get("volumes", ()):
            if isinstance(volume, dict):
                continue  # an operator's own, which may be missing
            source = volume.partition(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).exists(), f"{name}: {source}"
            else:
                assert source in COMPOSE["volumes"], f"{name}: {source}"


def test_temporal_is_set_up_by_admin_tools_of_its_own_version() -> None:
    assert not any("auto-setup" in service["image"] for service in SERVICES.values())
    version = SERVICES["temporal"]["image"].partition(":")[2]
    for name in ("temporal-schema", "temporal-namespace"):
        assert SERVICES[name]["image"] == f"temporalio/admin-tools:{version}"


def test_production_has_the_limits_of_the_embedded_server() -> None:
    configured = yaml.safe_load((ROOT / "deploy" / "dynamicconfig.yaml").read_text())
    values = {key: values[0]["value"] for key, values in configured.items()}
    assert values.pop("frontend.httpAllowedHosts") == ["disabled.invalid"]
    # The release that the embedded server is of has it on by itself.
    assert values.pop("activity.enableStandalone") is True
    assert values == dict(RAISED_LIMITS)


def test_a_worker_reaches_no_more_of_temporal_than_it_works_with() -> None:
    shared = {
        name
        for name, service in SERVICES.items()
        if set(service["networks"]) & set(SERVICES["worker"]["networks"])
    }
    assert shared == {"worker", "temporal", "temporal-namespace", "setup-namespace", "server"}
    assert COMPOSE["networks"]["temporal"] == COMPOSE["networks"]["database"] == {"internal": True}
    for service in SERVICES.values():
        assert set(service["networks"]) <= set(COMPOSE["networks"])


def test_a_container_gets_every_setting_that_an_operator_needs() -> None:
    wanted = {
        "worker": ("ALLOW_COMMANDS", "ALLOW_HOSTS", "DENY_HOSTS", "MODULES", "SECRET_HOSTS"),
        "setup-namespace": ("RETENTION",),
    }
    for name, settings in wanted.items():
        for setting in settings:
            value = SERVICES[name]["environment"][PREFIX + setting]
            assert value.startswith(f"${{{PREFIX}{setting}:-"), setting
    mounted = {volume["target"] for volume in SERVICES["worker"]["volumes"]}
    assert SERVICES["worker"]["environment"]["ONTHEDOT_SECRETS_DIR"] in mounted
    assert SERVICES["worker"]["working_dir"] in mounted
    assert SERVICES["worker"]["env_file"] == [{"path": "worker.env", "required": False}]


def test_a_token_can_be_made_before_one_is_there() -> None:
    image = SERVICES["server"]["image"]
    tokens = SERVICES["server"]["environment"]["ONTHEDOT_API_TOKENS"]
    assert f"docker run --rm {image} token new" in tokens
    assert f"docker run --rm {image} token new" in (ROOT / "docs/operations.md").read_text()


def test_the_namespace_script_does_not_wait_for_a_program_that_is_not_there(
    tmp_path: Path,
) -> None:
    script, where = ROOT / "deploy" / "namespace.sh", {"PATH": str(tmp_path)}
    ended = subprocess.run(
        ["/bin/sh", script], env=where, capture_output=True, text=True, timeout=10, check=False
    )
    assert ended.returncode == 2
    assert "no `temporal` on PATH" in ended.stderr


@pytest.mark.parametrize("script", ["deploy/schema.sh", "deploy/namespace.sh", ".ci/run"])
def test_scripts_parse_and_are_executable(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    shell = "bash" if script == ".ci/run" else "sh"
    subprocess.run([shell, "-n", path], check=True)


def test_the_image_gets_all_that_the_wheel_is_made_of() -> None:
    kept = set(re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    packages = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "benchmarks", "examples"} <= kept
    assert {"*.py", "pyproject.toml", "README.md", "LICENSE", "requirements.lock"} <= kept
