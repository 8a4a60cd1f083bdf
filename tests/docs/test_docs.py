"""What the documents name exists: links, files, commands, options, targets, settings, errors."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from onthedot import cli
from onthedot.activities.attempts.failed import Fault
from onthedot.scheduling.action import RESERVED_VARIABLES
from onthedot.scheduling.policy import OverlapPolicy, RetryPolicy
from onthedot.scheduling.task import TaskDefinition
from onthedot.settings import CLIENT_VARIABLES, PREFIX, SECRET_PREFIX, Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
names = [str(document.relative_to(ROOT)) for document in DOCUMENTS]


@pytest.fixture(params=DOCUMENTS, ids=names)
def document(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def test_relative_links_lead_to_files(document: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text()):
        if "://" not in link and not link.startswith("mailto:"):
            assert (document.parent / link).exists(), link


def test_named_files_and_modules_exist(document: Path) -> None:
    made = {"build/faults.json"}  # by `make faults`
    text = document.read_text()
    for path in re.findall(r"`([\w./*-]+/[\w.*-]+\.(?:py|js|ya?ml|json|sh))`", text):
        assert path in made or any(ROOT.glob(path)) or (document.parent / path).exists(), path
    for module in re.findall(r"python -m ((?:benchmarks|examples|tests)[\w.]*\w)", text):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def test_named_commands_exist(document: Path) -> None:
    """`onthedot task list` as well as `onthedot dev`."""
    for words in re.findall(r"(?:^|`|/)onthedot((?: [a-z][a-z-]*)+)", document.read_text(), re.M):
        group: click.Command = cli.command()
        for word in words.split():
            if not isinstance(group, click.Group):
                break
            found = group.get_command(click.Context(group), word)
            assert found is not None, words
            group = found


def _options(command: click.Command) -> set[str]:
    found = {option for parameter in command.params for option in parameter.opts}
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            found |= _options(below)
    return found


def test_named_options_exist(document: Path) -> None:
    known = _options(cli.command()) | {"--json"}  # of `python -m benchmarks`
    for option in re.findall(r"`(--[a-z][a-z-]*)[^`\n]*`", document.read_text()):
        assert option in known, option


def test_named_make_targets_exist(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    for target in re.findall(r"(?:^|`)make ([a-z][a-z-]*)", document.read_text(), re.MULTILINE):
        assert target in targets, target


def test_named_settings_exist(document: Path) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    known |= CLIENT_VARIABLES | RESERVED_VARIABLES
    for variable in re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", document.read_text()):
        assert variable in known or variable.startswith(SECRET_PREFIX), variable


def test_nothing_of_one_machine_is_named(document: Path) -> None:
    for path in re.findall(r"(?<![\w.:/])/(?:root|work|farm|Users)/\S*", document.read_text()):
        pytest.fail(path)


def test_every_policy_is_explained() -> None:
    document = (ROOT / "docs" / "reference" / "policies.md").read_text()
    fields = ("timeout", "deadline", "retry", "overlap", "catchup_window", "paused")
    for name in (*fields, *RetryPolicy.model_fields):
        assert f"`{name}`" in document, name
    for policy in OverlapPolicy:
        assert f"| `{policy}` |" in document, policy
        assert (
            policy.meaning
            in TaskDefinition.model_json_schema()["properties"]["overlap"]["description"]
        )
    described = TaskDefinition.model_json_schema()
    for name in fields:
        assert described["properties"][name]["description"], name
    for name, field in described["$defs"]["RetryPolicy"]["properties"].items():
        assert field["description"], name


def test_no_document_kills_by_name(document: Path) -> None:
    assert not re.search(r"\b(pkill|killall)\b", document.read_text())


def test_every_fault_is_documented_and_no_other() -> None:
    document = Path(__file__).parents[2] / "docs" / "reference" / "run-errors.md"
    documented = set(re.findall(r"^\| `(\w+)` \|", document.read_text(), re.MULTILINE))
    assert documented == {fault.value for fault in Fault}
