"""Who may import whom, top-level files included, which import-linter cannot look at.

docs/architecture.md draws the same arrows. The contracts in pyproject.toml are held to this table.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent

ARROWS: dict[str, set[str]] = {
    "scheduling": set(),
    "settings": set(),
    "processes": set(),
    "naming": {"scheduling"},
    "activities": {"scheduling", "naming"},
    "workflows": {"activities", "scheduling", "naming"},
    "plugin": {"workflows", "activities", "scheduling", "naming"},
    "service": {"workflows", "scheduling", "naming", "settings"},
    "api": {"service", "scheduling", "settings"},
    "ui": {"service", "scheduling", "settings"},
    "user_modules": {"processes"},
    "worker_http": {"processes"},
    "worker": {
        "plugin", "activities", "service", "settings", "processes", "user_modules", "worker_http",
    },
    "server": {"api", "ui", "service", "plugin", "settings", "processes"},
    "embedded": {"service", "settings", "processes"},
    "dev": {"embedded", "processes", "settings"},
    "cli": {"dev", "embedded", "server", "settings", "worker", "processes"},
}  # fmt: skip
#: These know nothing of Temporal.
WITHOUT_TEMPORAL = {"scheduling", "settings", "processes", "api", "ui", "dev", "cli", "worker_http"}


@pytest.mark.parametrize("name", ARROWS)
def test_imports_follow_the_arrows(name: str) -> None:
    for file in _files(name):
        ours = _imports(file) & set(ARROWS) - {name}
        assert ours <= ARROWS[name], f"{file.relative_to(ROOT)} imports {ours - ARROWS[name]}"
        if name in WITHOUT_TEMPORAL:
            assert "temporalio" not in _imports(file), f"{file.relative_to(ROOT)}"


def test_every_part_is_in_the_table_and_in_the_wheel() -> None:
    files = {file.stem for file in ROOT.glob("*.py")}
    packages = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    packages -= {"examples"}
    assert files | packages == set(ARROWS)
    wheel = _pyproject()["hatch"]["build"]["targets"]["wheel"]["only-include"]
    assert set(wheel) == {f"{file}.py" for file in files} | packages


def test_the_contracts_forbid_exactly_the_rest() -> None:
    contracts = _pyproject()["importlinter"]["contracts"]
    forbidden = {
        contract["source_modules"][0]: set(contract["forbidden_modules"]) for contract in contracts
    }
    packages = {name for name in ARROWS if (ROOT / name).is_dir()}
    assert set(forbidden) == packages
    for name in packages:
        rest = set(ARROWS) - ARROWS[name] - {name}
        if name in WITHOUT_TEMPORAL:
            rest.add("temporalio")
        assert forbidden[name] == rest, name


def _pyproject() -> Any:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]


def _files(name: str) -> Iterator[Path]:
    if (ROOT / name).is_dir():
        yield from (ROOT / name).rglob("*.py")
    elif (ROOT / f"{name}.py").exists():
        yield ROOT / f"{name}.py"


def _imports(file: Path) -> set[str]:
    """The first part of whatever `file` imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found
